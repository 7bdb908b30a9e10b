/* SPDX-License-Identifier: ISC */
#include "common/fd.h"
#include "daemon/beneath.h"
#include "daemon/call.h"

/*
 * Safe because it looks only at what the grant covers, as open does, through
 * a descriptor that never leaves the daemon; O_PATH has no effect on what it
 * finds.  Device and inode numbers stay here.
 */
int
psd_do_stat(struct psd_call *call, const struct psd_stat_req *req,
    struct psd_stat_rep *rep)
{
	_cleanup_fd_ int fd = PSD_NO_FD;
	struct stat status;

	fd = psd_beneath_find(call, &req->path, 0, &status);
	if (fd < 0)
		return fd;
	rep->mode = status.st_mode;
	rep->links = (uint32_t)status.st_nlink;
	rep->uid = status.st_uid;
	rep->gid = status.st_gid;
	rep->size = (uint64_t)status.st_size;
	rep->modified = (int64_t)status.st_mtim.tv_sec * 1000000000 +
	    status.st_mtim.tv_nsec;
	return 0;
}
