/* SPDX-License-Identifier: ISC */
#ifndef PSD_CGROUP_FIND_H
#define PSD_CGROUP_FIND_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The directory of the control group (version 2) that this process is in, or
 * of the one that is named by its path below the mount.  Returns 0, or
 * -errno and in ret_why one line of what is in the way.  *ret_is_top tells
 * that we are in the topmost group, which nobody divides.
 */
int psd_cgroup_find(const char *named, char *ret_path, size_t path_size,
    bool *ret_is_top, char *ret_why, size_t size);

/* The same out of given files, for tests. */
int psd_cgroup_find_in(const char *mountinfo, const char *membership,
    const char *named, char *ret_path, size_t path_size, bool *ret_is_top,
    char *ret_why, size_t size);

#endif
