/* SPDX-License-Identifier: ISC */
#ifndef PSD_LEFTOVER_H
#define PSD_LEFTOVER_H

#include "daemon/daemon.h"
#include "daemon/instance.h"

/*
 * What a dead helper leaves behind: its uid, its cgroup leaf, processes that
 * it started, and copies of its end of the pair that they, or others, hold.
 */

/*
 * Looks for whoever holds a copy of the helper's end of a conversation (held,
 * NULL: the first), if somebody does or if processes of its uid live on, and
 * names them in the log; a bounded number of processes a turn of the loop.
 * Takes over uid and leaf, to be released when that is done.
 */
void psd_leftover_look(struct psd_instance *instance,
    const struct psd_conversation *held);

/* Kills what is left of its uid and cgroup, and gives both back. */
void psd_leftover_release(struct psd_instance *instance);

/* Tries again what could not be given back at once: something has changed. */
void psd_leftover_sweep(struct psd_daemon *daemon);

/*
 * Ends all searches at once, before this process is executed anew; and goes on
 * afterwards with what could not be given back yet.
 */
void psd_leftover_finish(void);
void psd_leftover_resume(struct psd_daemon *daemon);

#endif
