/* SPDX-License-Identifier: ISC */
#ifndef PSD_ROOTLESS_H
#define PSD_ROOTLESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * Started by an ordinary user: enters a user namespace in which we are uid 0
 * and nobody else is mapped, so that namespaces, and with them the root of
 * helpers, can be had.  To be called first, by the only thread.  Does
 * nothing when we have the capabilities to confine helpers as they are.
 * Returns 0 and whether we are in such a namespace now, or -errno and in
 * ret_why one line of why there is none; then we go on without.
 */
int psd_rootless_enter(bool *ret_entered, char *ret_why, size_t size);

/* Are we in one that was made by us, and whose are we outside? */
bool psd_rootless_tell(uid_t *ret_uid, gid_t *ret_gid);

/* We are, since before this process was executed anew. */
void psd_rootless_adopt(uid_t uid, gid_t gid);

/*
 * What a user's number in that namespace is where we were started: our own
 * user is 0 in there.  Without such a namespace all stay as they are.
 */
uid_t psd_rootless_outer_uid(uid_t uid);
gid_t psd_rootless_outer_gid(gid_t gid);

#endif
