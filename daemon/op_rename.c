/* SPDX-License-Identifier: ISC */
#include "common/fd.h"
#include "daemon/beneath.h"
#include "daemon/call.h"

#include <errno.h>
#include <stdio.h>

/* The flags of a request. */
enum { NO_REPLACE = 1 };

/* A name in its directory. */
struct entry {
	int parent;
	const char *name;
};

/*
 * What has the old name, and what the new one takes away, must keep to
 * owner= and links=1.
 */
static int
check_entries(const struct psd_grant *grant, const struct entry *from,
    const struct entry *to)
{
	struct stat status;
	int r = psd_beneath_entry(grant, from->parent, from->name, &status);

	if (r < 0)
		return r;
	r = psd_beneath_entry(grant, to->parent, to->name, &status);
	return r == -ENOENT ? 0 : r;
}

/*
 * Safe because both directories were opened beneath the one that the grant
 * holds, renameat2() follows no link from there, and one grant covers both
 * names, so nothing leaves what it speaks of or comes in from elsewhere.
 * Whoever may write in the directories can exchange what was looked at.
 */
int
psd_do_rename(struct psd_call *call, const struct psd_rename_req *req,
    struct psd_rename_rep *rep)
{
	_cleanup_fd_ int old_parent = PSD_NO_FD;
	_cleanup_fd_ int new_parent = PSD_NO_FD;
	struct entry from, to;
	int r;

	(void)rep;
	if (req->flags > NO_REPLACE)
		return -EINVAL;
	old_parent = psd_beneath_parent(call->policy, call->grant, call->row,
	    &req->from, &from.name);
	if (old_parent < 0)
		return old_parent;
	new_parent = psd_beneath_parent(call->policy, call->grant, call->row,
	    &req->to, &to.name);
	if (new_parent < 0)
		return new_parent;
	from.parent = old_parent;
	to.parent = new_parent;
	r = check_entries(call->grant, &from, &to);
	if (r < 0)
		return r;
	return renameat2(from.parent, from.name, to.parent, to.name,
		   req->flags == NO_REPLACE ? RENAME_NOREPLACE : 0) < 0
	    ? -errno
	    : 0;
}
