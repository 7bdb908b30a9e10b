/* SPDX-License-Identifier: ISC */
#ifndef PSD_LEAVES_H
#define PSD_LEAVES_H

#include "daemon/daemon.h"

/*
 * What the loop does for the leaves of the control group.  They are made ahead,
 * so that no start waits for one, and removed when the kernel says that they
 * are empty.
 */

/*
 * A leaf for an instance, as psd_cgroup_leaf_make(); what is taken is made
 * again when fewer than half are left, or when a helper has ended.
 */
int psd_leaves_take(struct psd_daemon *daemon, uint64_t memory_max,
    uint32_t tasks_max);

/*
 * Makes what is missing, one a turn in which the loop has nothing else to do,
 * and then leaves the loop alone.
 */
void psd_leaves_refill(struct psd_daemon *daemon);

/*
 * Has those that are doomed removed as soon as they are empty.  False: they
 * have to be swept from time to time.
 */
bool psd_leaves_watch_doomed(struct psd_daemon *daemon);

/* Has psd_reached_look() called as that file of an instance's leaf changes. */
int psd_leaves_watch(struct psd_daemon *daemon, int leaf,
    enum psd_leaf_file file);

/* Goes on with all this after a re-exec. */
void psd_leaves_resume(struct psd_daemon *daemon);

#endif
