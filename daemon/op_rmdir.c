/* SPDX-License-Identifier: ISC */
#include "common/fd.h"
#include "daemon/beneath.h"
#include "daemon/call.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/*
 * Safe because the name is removed from a directory that was opened beneath
 * the grant's, and AT_REMOVEDIR takes an empty directory and nothing else:
 * no link, no mount.  Whoever may write in the parent can put another empty
 * directory in the place of the one that was looked at.
 */
int
psd_do_rmdir(struct psd_call *call, const struct psd_rmdir_req *req,
    struct psd_rmdir_rep *rep)
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
	return unlinkat(parent, name, AT_REMOVEDIR) < 0 ? -errno : 0;
}
