/* SPDX-License-Identifier: ISC */
#include "common/fd.h"
#include "common/sys.h"
#include "daemon/beneath.h"
#include "daemon/call.h"

#include <fcntl.h>

/*
 * Safe because the file is new, in a directory that was opened beneath the
 * grant's, and nobody else can find it: it has no name, and O_EXCL keeps
 * linkat() from giving it one.  What it takes of the disk is given back when
 * the last descriptor is closed, however the helper ends.
 */
int
psd_do_temporary_file(struct psd_call *call,
    const struct psd_temporary_file_req *req,
    struct psd_temporary_file_rep *rep)
{
	_cleanup_fd_ int directory = PSD_NO_FD;
	_cleanup_fd_ int fd = PSD_NO_FD;
	int r;

	/* First the directory: a file without a name has no place to judge. */
	directory = psd_beneath_open(call->policy, call->grant, call->row, 0,
	    &req->directory, O_PATH | O_DIRECTORY, 0);
	if (directory < 0)
		return directory;
	fd = psd_sys_openat2(directory, ".",
	    O_TMPFILE | O_EXCL | O_RDWR | O_CLOEXEC, 0600, PSD_RESOLVE_BENEATH);
	if (fd < 0)
		return fd;
	r = psd_beneath_give(call->grant, fd, req->mode);
	if (r < 0)
		return r;
	rep->file = psd_fd_take(&fd);
	return 0;
}
