/* SPDX-License-Identifier: ISC */
#ifndef PSD_ENDING_H
#define PSD_ENDING_H

#include "daemon/instance.h"

/*
 * Watches the pidfd, the sure end of a helper: when it fires, what is queued
 * is answered, the end is told as orderly, abrupt or overdue, whoever still
 * holds a copy of the helper's end is named and killed, and the instance is
 * freed.  RuntimeMaxSec= starts here, too, except with Type=inetd.  0 or
 * -errno.
 */
int psd_ending_watch(struct psd_instance *instance);

/* RuntimeMaxSec= starts.  0 or -errno. */
int psd_ending_limit_runtime(struct psd_instance *instance);

/* Frees an instance that has no process any more, or never had one. */
void psd_instance_free(struct psd_instance *instance);

#endif
