/* SPDX-License-Identifier: ISC */
#ifndef PSD_MOUNTS_H
#define PSD_MOUNTS_H

#include <stddef.h>

/*
 * Does path, absolute and normal, lie in the root's own file system?  Not only
 * what is no mount does: a sandbox around us, such as the shipped unit, shows
 * parts of it as mounts of their own.  mountinfo is a file as proc(5) describes
 * it, which says so without any file system being asked, except for links.
 * Returns 0 and the length of the last mount's name that path begins with, 0
 * for the root's; -EXDEV when another file system is on the way; or -errno.
 */
int psd_mounts_of_root(const char *mountinfo, const char *path,
    size_t *ret_len);

#endif
