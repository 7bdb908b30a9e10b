/* SPDX-License-Identifier: ISC */
#ifndef PSD_BENEATH_H
#define PSD_BENEATH_H

#include "policy/policy.h"

#include <limits.h>
#include <sys/stat.h>

struct psd_call;

/* Room for any place: a directory's name in a pattern, and a path. */
enum { PSD_BENEATH_PLACE_SIZE = 3 * PATH_MAX };

/*
 * Opens path, which grant covers, beneath the directory that the grant has
 * held since load: never outside of it, never through /proc's magic links,
 * through symbolic links only with "follow" (then what was opened is matched
 * against the policy again), into other mounts only with "xdev".  flags and
 * mode are open(2)'s; O_CLOEXEC and O_NOCTTY are added.  Returns a descriptor
 * of the caller's, or -errno.
 */
int psd_beneath_open(const struct psd_policy *policy,
    const struct psd_grant *grant, const struct psd_op_row *row,
    uint32_t access, const struct psd_str *path, int flags, mode_t mode);

/*
 * Makes the file that path names, which must not exist, and opens it.  With
 * "follow" the place where it is to be is matched before it is made.
 */
int psd_beneath_create(const struct psd_policy *policy,
    const struct psd_grant *grant, const struct psd_op_row *row,
    uint32_t access, const struct psd_str *path, int flags, mode_t mode);

/*
 * For what is done to a name rather than to a file: opens the directory that
 * path's last component lies in, O_PATH, in the same way, and tells the
 * component, which points into path and is never followed.  The grant's own
 * directory has no such parent: -EPERM.  With "follow" the place of the entry
 * is matched against the policy.  Returns a descriptor of the caller's, or
 * -errno.
 */
int psd_beneath_parent(const struct psd_policy *policy,
    const struct psd_grant *grant, const struct psd_op_row *row,
    const struct psd_str *path, const char **ret_name);

/*
 * Looks at the entry itself, without effect on it: 0 when it keeps to the
 * grant's owner= and links=1 and is on no mount that the grant leaves out,
 * or -errno.  Whoever may write in the directory can put another in its place
 * afterwards.
 */
int psd_beneath_entry(const struct psd_grant *grant, int parent,
    const char *name, struct stat *ret_status);

/*
 * Tells where fd is, which psd_beneath_open() opened, into ret
 * (PSD_BENEATH_PLACE_SIZE): the grant's directory as the policy spells it, and
 * the way beneath it without links, at most PSD_PATH_MAX bytes.  0, -ENOENT
 * when it has lost its name, -EPERM when that is no longer one that the grant
 * covers, or -errno.
 */
int psd_beneath_place(const struct psd_policy *policy,
    const struct psd_grant *grant, const struct psd_op_row *row, int fd,
    char *ret);

/* Does the file keep to the grant's owner= and links=1?  0 or -EPERM. */
int psd_beneath_check(const struct psd_grant *grant, const struct stat *status);

/*
 * Opens O_PATH what the call's grant covers, flags besides, and tells what it
 * is: without effect on it, and only when it keeps to owner= and links=1.
 * Returns a descriptor of the caller's, or -errno.
 */
int psd_beneath_find(const struct psd_call *call, const struct psd_str *path,
    int flags, struct stat *ret_status);

/*
 * As psd_beneath_open(), of what must be a regular file and keep to owner= and
 * links=1; else -EISDIR, or -EPERM.
 */
int psd_beneath_find_file(const struct psd_policy *policy,
    const struct psd_grant *grant, const struct psd_op_row *row,
    uint32_t access, const struct psd_str *path, int flags);

/*
 * Opens the directory that was just made in parent, 0700.  Whoever may write
 * there can have put another in its place; it must look like ours, so that
 * nothing is done to anybody else's.  Returns a descriptor of the caller's, or
 * -errno; -EPERM: it is another.
 */
int psd_beneath_find_made(int parent, const char *name, int flags);

/* Gives what was just made its mode, and the owner of owner=.  0 or -errno. */
int psd_beneath_give(const struct psd_grant *grant, int fd, uint32_t mode);

#endif
