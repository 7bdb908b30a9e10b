/* SPDX-License-Identifier: ISC */
#include "common/fd.h"
#include "daemon/beneath.h"
#include "daemon/call.h"
#include "daemon/proc_fd.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

/*
 * What a helper may not write itself it may not have written for it.  Beyond
 * our own limit the kernel would answer with a signal that ends the daemon.
 */
static int
check_size(const struct psd_policy *policy, uint64_t size)
{
	struct rlimit own;

	if (size > INT64_MAX)
		return -EFBIG;
	if (getrlimit(RLIMIT_FSIZE, &own) < 0)
		return -errno;
	if (size > own.rlim_cur)
		return -EFBIG;
	for (size_t i = 0; i < policy->n_limits; i++)
		if (policy->limits[i].resource == RLIMIT_FSIZE &&
		    size > policy->limits[i].value.rlim_cur)
			return -EFBIG;
	return 0;
}

/*
 * Safe because it is a regular file beneath the grant's directory that was
 * looked at before it is opened, the very same one, and its descriptor stays
 * here.  O_NONBLOCK: whoever has a lease on it would keep us waiting.
 */
int
psd_do_truncate(struct psd_call *call, const struct psd_truncate_req *req,
    struct psd_truncate_rep *rep)
{
	_cleanup_fd_ int place = PSD_NO_FD;
	_cleanup_fd_ int fd = PSD_NO_FD;
	int r;

	(void)rep;
	r = check_size(call->policy, req->size);
	if (r < 0)
		return r;
	place = psd_beneath_find_file(call->policy, call->grant, call->row, 0,
	    &req->path, O_PATH);
	if (place < 0)
		return place;
	fd = psd_proc_fd_reopen(place, O_WRONLY | O_NONBLOCK);
	if (fd < 0)
		return fd;
	return ftruncate(fd, (off_t)req->size) < 0 ? -errno : 0;
}
