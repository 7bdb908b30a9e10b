/* SPDX-License-Identifier: ISC */
#ifndef PSD_CGROUP_WATCH_H
#define PSD_CGROUP_WATCH_H

#include "daemon/cgroup.h"

/*
 * What the kernel tells of leaves, by one inotify descriptor: nothing has to
 * look at them time and again.
 */

/*
 * From now on changes of the file are told.  0, also if they were already, or
 * -errno.
 */
int psd_cgroup_watch(struct psd_cgroup *cgroup, int leaf,
    enum psd_leaf_file file);

/* No more of this one, and of all of the leaf's. */
void psd_cgroup_unwatch_file(struct psd_cgroup *cgroup, int leaf,
    enum psd_leaf_file file);
void psd_cgroup_unwatch(struct psd_cgroup *cgroup, int leaf);

/* Readable when something has changed; -EBADF as long as nothing is watched. */
int psd_cgroup_watch_fd(const struct psd_cgroup *cgroup);

/*
 * Calls changed for each change that is told; it may remove the leaf.  More of
 * them than the kernel keeps is a change of everything.
 */
typedef void psd_cgroup_changed(void *cookie, int leaf,
    enum psd_leaf_file file);
void psd_cgroup_changes(struct psd_cgroup *cgroup, psd_cgroup_changed *changed,
    void *cookie);

void psd_cgroup_watch_free(struct psd_cgroup *cgroup);

#endif
