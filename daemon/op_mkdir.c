/* SPDX-License-Identifier: ISC */
#include "common/fd.h"
#include "common/sys.h"
#include "daemon/beneath.h"
#include "daemon/call.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/*
 * Opens the directory that was just made.  Whoever may write in its parent
 * can have put another in its place; it must look like ours, so that mode and
 * owner of nobody else's directory are changed.
 */
static int
open_made(int parent, const char *name)
{
	_cleanup_fd_ int fd = PSD_NO_FD;
	struct stat status;

	fd = psd_sys_openat2(parent, name,
	    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0,
	    PSD_RESOLVE_BENEATH | PSD_RESOLVE_NO_SYMLINKS |
		PSD_RESOLVE_NO_MAGICLINKS | PSD_RESOLVE_NO_XDEV);
	if (fd < 0)
		return fd == -ELOOP || fd == -EXDEV ? -EPERM : fd;
	if (fstat(fd, &status) < 0)
		return -errno;
	if (status.st_uid != geteuid() || (status.st_mode & 0777) != 0700)
		return -EPERM;
	return psd_fd_take(&fd);
}

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
	made = open_made(parent, name);
	if (made < 0)
		return made;
	/* In this order: another's directory takes CAP_FOWNER to change. */
	if (fchmod(made, req->mode) < 0)
		return -errno;
	if ((call->grant->modifiers & PSD_MODIFIER_OWNER) != 0 &&
	    fchown(made, call->grant->owner, (gid_t)-1) < 0)
		return -errno;
	return 0;
}
