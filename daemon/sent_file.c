/* SPDX-License-Identifier: ISC */
#include "daemon/sent_file.h"

#include "common/fd.h"
#include "daemon/beneath.h"
#include "daemon/proc_fd.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

/*
 * A second name may be one that somebody gave another's file.  It is not
 * something to leave to the line: what changes hands here stays changed.
 */
static int
check_names(int fd)
{
	struct stat status;

	if (fstat(fd, &status) < 0)
		return -errno;
	return status.st_nlink == 1 ? 0 : -EPERM;
}

/* fcntl() asks no file system; O_PATH proves nothing but that a name is known. */
static int
check_writing(int sent)
{
	const int flags = fcntl(sent, F_GETFL);

	if (flags < 0)
		return -errno;
	if ((flags & O_PATH) != 0 || (flags & O_ACCMODE) == O_RDONLY)
		return -EBADF;
	return 0;
}

/*
 * The descriptor may be of anything: a device, a socket, a file system that its
 * owner serves and stops to serve.  So it is never read, never asked by fstat()
 * and never changed; /proc says which file on which mount it is.
 */
static int
check_same(int fd, int sent)
{
	struct psd_place ours = { 0, 0 }, theirs = { 0, 0 };
	int r;

	r = psd_proc_fd_tell(fd, &ours);
	if (r == 0)
		r = psd_proc_fd_tell(sent, &theirs);
	if (r < 0)
		return r;
	return ours.mount == theirs.mount && ours.inode == theirs.inode
	    ? 0
	    : -ESTALE;
}

int
psd_sent_file_open(const struct psd_call *call, const struct psd_str *path,
    int sent)
{
	_cleanup_fd_ int fd = PSD_NO_FD;
	int r;

	r = check_writing(sent);
	if (r < 0)
		return r;
	fd = psd_beneath_find_file(call->policy, call->grant, call->row, 0,
	    path, O_PATH);
	if (fd < 0)
		return fd;
	r = check_names(fd);
	if (r == 0)
		r = check_same(fd, sent);
	return r < 0 ? r : psd_fd_take(&fd);
}
