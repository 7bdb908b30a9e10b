/* SPDX-License-Identifier: ISC */
#include "common/fd.h"
#include "daemon/sent_file.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/*
 * Safe because the owner is one that the line lists, and the file is found and
 * compared as change_mode does it.  The kernel takes the bits for set-user-ID
 * and set-group-ID, and capabilities, off a file that changes hands.
 */
int
psd_do_change_owner(struct psd_call *call,
    const struct psd_change_owner_req *req, struct psd_change_owner_rep *rep)
{
	_cleanup_fd_ int fd = PSD_NO_FD;

	(void)rep;
	fd = psd_sent_file_open(call, &req->path, req->file);
	if (fd < 0)
		return fd;
	return fchownat(fd, "", PSD_OWNER_UID(req->owner),
		   PSD_OWNER_GID(req->owner), AT_EMPTY_PATH) < 0
	    ? -errno
	    : 0;
}
