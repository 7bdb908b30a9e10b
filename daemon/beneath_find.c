/* SPDX-License-Identifier: ISC */
#include "common/fd.h"
#include "common/sys.h"
#include "daemon/beneath.h"
#include "daemon/call.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

int
psd_beneath_find(const struct psd_call *call, const struct psd_str *path,
    int flags, struct stat *ret_status)
{
	_cleanup_fd_ int fd = PSD_NO_FD;
	struct stat status;
	int r;

	fd = psd_beneath_open(call->policy, call->grant, call->row, 0, path,
	    O_PATH | flags, 0);
	if (fd < 0)
		return fd;
	if (fstat(fd, &status) < 0)
		return -errno;
	r = psd_beneath_check(call->grant, &status);
	if (r < 0)
		return r;
	*ret_status = status;
	return psd_fd_take(&fd);
}

static int
check_file(const struct psd_grant *grant, int fd)
{
	struct stat status;

	if (fstat(fd, &status) < 0)
		return -errno;
	if (S_ISDIR(status.st_mode))
		return -EISDIR;
	if (!S_ISREG(status.st_mode))
		return -EPERM;
	return psd_beneath_check(grant, &status);
}

int
psd_beneath_find_file(const struct psd_policy *policy,
    const struct psd_grant *grant, const struct psd_op_row *row,
    uint32_t access, const struct psd_str *path, int flags)
{
	_cleanup_fd_ int fd = PSD_NO_FD;
	int r;

	fd = psd_beneath_open(policy, grant, row, access, path, flags, 0);
	if (fd < 0)
		return fd;
	r = check_file(grant, fd);
	return r < 0 ? r : psd_fd_take(&fd);
}

int
psd_beneath_find_made(int parent, const char *name, int flags)
{
	_cleanup_fd_ int fd = PSD_NO_FD;
	struct stat status;

	fd = psd_sys_openat2(parent, name,
	    flags | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0,
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

int
psd_beneath_give(const struct psd_grant *grant, int fd, uint32_t mode)
{
	/* In this order: another's file takes CAP_FOWNER to change. */
	if (fchmod(fd, mode) < 0)
		return -errno;
	if ((grant->modifiers & PSD_MODIFIER_OWNER) != 0 &&
	    fchown(fd, grant->owner, (gid_t)-1) < 0)
		return -errno;
	return 0;
}
