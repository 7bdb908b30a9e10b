/* SPDX-License-Identifier: ISC */
#ifndef PSD_USER_H
#define PSD_USER_H

#include <sys/types.h>

/*
 * A user by name, from /etc/passwd, or by number.  A number asks nobody: it
 * is the user's id, and its own group's.  Returns 0, -ENOENT when there is no
 * such user, -ERANGE for a number that no user has, or another -errno when the
 * file could not be read.
 */
int psd_user_find(const char *text, uid_t *ret_uid, gid_t *ret_gid);

/* A user by number alone.  0, -EINVAL when it is none, or -ERANGE. */
int psd_user_number(const char *text, uid_t *ret_uid);

/* The same for a group, from /etc/group. */
int psd_user_find_group(const char *text, gid_t *ret_gid);

#endif
