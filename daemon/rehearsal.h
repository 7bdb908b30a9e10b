/* SPDX-License-Identifier: ISC */
#ifndef PSD_REHEARSAL_H
#define PSD_REHEARSAL_H

#include "daemon/daemon.h"

/* A child that tries what a re-exec would do, and ends. */
struct psd_rehearsal;

/* It could be done, or why it could not.  Called once. */
typedef void psd_rehearsal_done(struct psd_daemon *daemon, bool is_good,
    const char *report);

/*
 * Starts it with a state of the daemon as it is now, and copies of all that
 * goes along.  done is called from the loop, half a minute later at the most,
 * unless *ret, valid until then, is cancelled before.  0, or -errno and in
 * ret_why one line of what is in the way.
 */
int psd_rehearsal_start(struct psd_daemon *daemon, psd_rehearsal_done *done,
    struct psd_rehearsal **ret, char *ret_why, size_t size);

/* NULL is fine. */
void psd_rehearsal_cancel(struct psd_rehearsal *rehearsal);

/* What one that went well writes last, before the version of the program. */
#define PSD_REHEARSAL_WORD "rehearsed: privsepd "

#endif
