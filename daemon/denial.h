/* SPDX-License-Identifier: ISC */
#ifndef PSD_DENIAL_H
#define PSD_DENIAL_H

#include "daemon/instance.h"

/*
 * Watches the listener of a helper's denied system calls, if it has one:
 * each is told in the log by name and registers, with the line that would
 * allow it, and meets what OnViolation= says.  Never reads the helper's
 * memory.  0 or -errno.
 */
int psd_denial_watch(struct psd_instance *instance);

/* What is told when there was no listener and the kernel killed it. */
void psd_denial_tell_killed(struct psd_instance *instance);

#endif
