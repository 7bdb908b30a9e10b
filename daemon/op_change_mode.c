/* SPDX-License-Identifier: ISC */
#include "common/fd.h"
#include "daemon/beneath.h"
#include "daemon/proc_fd.h"
#include "daemon/sent_file.h"

/*
 * Safe because the mode is one that the line lists, none of which makes a
 * program run as its owner, and the file is found as open finds it, beneath the
 * grant's directory and by its one name.  It is changed by the descriptor that
 * was found.  The one that was sent shows that the helper can write the file,
 * and that nobody has put another in its place; it is not used.
 */
int
psd_do_change_mode(struct psd_call *call, const struct psd_change_mode_req *req,
    struct psd_change_mode_rep *rep)
{
	_cleanup_fd_ int fd = PSD_NO_FD;

	(void)rep;
	fd = psd_sent_file_open(call, &req->path, req->file);
	if (fd < 0)
		return fd;
	return psd_proc_fd_chmod(fd, req->mode);
}
