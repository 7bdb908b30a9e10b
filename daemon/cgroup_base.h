/* SPDX-License-Identifier: ISC */
#ifndef PSD_CGROUP_BASE_H
#define PSD_CGROUP_BASE_H

#include "daemon/cgroup.h"

#define PSD_CGROUP_LEAF "instance-"

/*
 * Finds or makes the base and moves us into a leaf of it; fills in base_fd,
 * path, is_ours and the controllers.  As psd_cgroup_open().
 */
int psd_cgroup_base_open(struct psd_cgroup *cgroup, const char *named,
    char *ret_why, size_t size);

/* Leaves the base, and removes it when it was of our own making. */
void psd_cgroup_base_close(struct psd_cgroup *cgroup);

#endif
