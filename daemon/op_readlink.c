/* SPDX-License-Identifier: ISC */
#include "common/fd.h"
#include "daemon/beneath.h"
#include "daemon/call.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

/* One byte more than a link can have, so that a full one was cut. */
static char target[PATH_MAX + 1];

/*
 * Safe because the link itself is opened beneath the grant's directory and
 * read by its descriptor; nothing is looked up where it leads.  Its text is
 * told as it is: whoever may read it learns a name, and no more than that.
 */
int
psd_do_readlink(struct psd_call *call, const struct psd_readlink_req *req,
    struct psd_readlink_rep *rep)
{
	_cleanup_fd_ int fd = PSD_NO_FD;
	struct stat status;
	ssize_t n;

	fd = psd_beneath_find(call, &req->path, O_NOFOLLOW, &status);
	if (fd < 0)
		return fd;
	if (!S_ISLNK(status.st_mode))
		return -EINVAL;
	n = readlinkat(fd, "", target, sizeof(target) - 1);
	if (n < 0)
		return -errno;
	if ((size_t)n == sizeof(target) - 1)
		return -ENAMETOOLONG;
	target[n] = '\0';
	rep->target = (struct psd_str){ target, (uint32_t)n };
	return 0;
}
