/* SPDX-License-Identifier: ISC */
#include "common/fd.h"
#include "daemon/beneath.h"
#include "daemon/call.h"

#include <errno.h>
#include <fcntl.h>

enum { NSEC_PER_SEC = 1000000000 };

/*
 * tv_nsec is never negative, also before the epoch, and never one of the
 * values that utimensat() takes for "now" and "leave it".
 */
static struct timespec
timespec_of(int64_t moment)
{
	struct timespec time = {
		.tv_sec = moment / NSEC_PER_SEC,
		.tv_nsec = moment % NSEC_PER_SEC,
	};

	if (time.tv_nsec < 0) {
		time.tv_sec--;
		time.tv_nsec += NSEC_PER_SEC;
	}
	return time;
}

/*
 * Safe because what was found beneath the grant's directory is looked at and
 * changed by one descriptor, which O_PATH opened without effect and which
 * stays here.  The time of the last change, which backups go by, is set by
 * the kernel to now.
 */
int
psd_do_set_times(struct psd_call *call, const struct psd_set_times_req *req,
    struct psd_set_times_rep *rep)
{
	const struct timespec times[2] = { timespec_of(req->accessed),
		timespec_of(req->modified) };
	_cleanup_fd_ int fd = PSD_NO_FD;
	struct stat status;

	(void)rep;
	fd = psd_beneath_find(call, &req->path, 0, &status);
	if (fd < 0)
		return fd;
	if (!S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode))
		return -EPERM;
	return utimensat(fd, "", times, AT_EMPTY_PATH) < 0 ? -errno : 0;
}
