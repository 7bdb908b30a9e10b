/* SPDX-License-Identifier: ISC */
#ifndef PSD_DENIAL_H
#define PSD_DENIAL_H

#include "daemon/instance.h"

#include <linux/seccomp.h>

/*
 * Watches the listener of a helper's denied system calls, if it has one:
 * each is told in the log by name and registers, with the line that would
 * allow it, and meets what OnViolation= says.  Never reads the helper's
 * memory.  0 or -errno.
 */
int psd_denial_watch(struct psd_instance *instance);

/*
 * Answers a call that was received, of which a watcher has told what it names
 * (daemon/watch.h), or nobody (NULL).  What the policy lets pass goes on, and
 * is told when something else refuses it.
 */
void psd_denial_settle(struct psd_instance *instance,
    const struct seccomp_notif *request, const struct psd_observe_rep *named);

/* Tells of a call that is refused, with the line that would allow it. */
void psd_denial_tell(struct psd_instance *instance, const char *call,
    const char *line);

/* What is told when there was no listener and the kernel killed it. */
void psd_denial_tell_killed(struct psd_instance *instance);

#endif
