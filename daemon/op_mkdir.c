/* SPDX-License-Identifier: ISC */
#include "common/fd.h"
#include "daemon/beneath.h"
#include "daemon/call.h"

#include <errno.h>
#include <fcntl.h>

/*
 * Safe because the directory is made in one that was opened beneath the
 * grant's; mkdirat() follows nothing and takes nothing that is there.  It is
 * ours alone until it has its mode and owner, set by descriptor.
 */
int
psd_do_mkdir(struct psd_call *call, const struct psd_mkdir_req *req,
    struct psd_mkdir_rep *rep)
{
	_cleanup_fd_ int parent = PSD_NO_FD;
	_cleanup_fd_ int made = PSD_NO_FD;
	const char *name;

	(void)rep;
	parent = psd_beneath_parent(call->policy, call->grant, call->row,
	    &req->path, &name);
	if (parent < 0)
		return parent;
	if (mkdirat(parent, name, 0700) < 0)
		return -errno;
	made = psd_beneath_find_made(parent, name, O_RDONLY);
	return made < 0 ? made : psd_beneath_give(call->grant, made, req->mode);
}
