/* SPDX-License-Identifier: ISC */
#include "common/fd.h"
#include "daemon/beneath.h"
#include "daemon/call.h"

#include <errno.h>
#include <unistd.h>

/* What a program makes and clears away.  Devices are made by others. */
static int
check_type(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFREG:
	case S_IFLNK:
	case S_IFIFO:
	case S_IFSOCK:
		return 0;
	case S_IFDIR:
		return -EISDIR;
	default:
		return -EPERM;
	}
}

/*
 * Safe because the name is removed from a directory that was opened beneath
 * the grant's, and nothing is followed from there: what a link leads to stays.
 * Whoever may write in that directory can put another entry in the place of
 * the one that was looked at.  It is removed then whoever owns it, but it was
 * in their hands already, and unlinkat() without AT_REMOVEDIR takes no
 * directory.
 */
int
psd_do_unlink(struct psd_call *call, const struct psd_unlink_req *req,
    struct psd_unlink_rep *rep)
{
	_cleanup_fd_ int parent = PSD_NO_FD;
	struct stat status;
	const char *name;
	int r;

	(void)rep;
	parent = psd_beneath_parent(call->policy, call->grant, call->row,
	    &req->path, &name);
	if (parent < 0)
		return parent;
	r = psd_beneath_entry(call->grant, parent, name, &status);
	if (r < 0)
		return r;
	r = check_type(status.st_mode);
	if (r < 0)
		return r;
	return unlinkat(parent, name, 0) < 0 ? -errno : 0;
}
