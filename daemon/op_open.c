/* SPDX-License-Identifier: ISC */
#include "common/fd.h"
#include "daemon/beneath.h"
#include "daemon/call.h"
#include "daemon/proc_fd.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* How often creation may meet a file that comes and goes. */
enum { TRIES = 8 };

static int
open_flags(uint32_t access)
{
	int flags = O_RDONLY;

	if ((access & (PSD_ACCESS_WRITE | PSD_ACCESS_APPEND)) != 0)
		flags = (access & PSD_ACCESS_READ) != 0 ? O_RDWR : O_WRONLY;
	if ((access & PSD_ACCESS_APPEND) != 0)
		flags |= O_APPEND;
	if ((access & PSD_ACCESS_TRUNCATE) != 0)
		flags |= O_TRUNC;
	return flags;
}

/*
 * Opening a FIFO or a device has effects, and truncating a file cannot be
 * undone, so the file is found first (O_PATH), looked at, and only then
 * opened: the very same file, whatever happened to its name meanwhile.
 */
static int
look_and_open(const struct psd_call *call, const struct psd_open_req *req)
{
	const int flags = open_flags(req->access);
	_cleanup_fd_ int place = PSD_NO_FD;
	_cleanup_fd_ int fd = PSD_NO_FD;

	place = psd_beneath_find_file(call->policy, call->grant, call->row,
	    req->access, &req->path, O_PATH);
	if (place < 0)
		return place;
	/* Whoever has a lease on the file would keep us waiting for a minute. */
	fd = psd_proc_fd_reopen(place, flags | O_NONBLOCK);
	if (fd < 0)
		return fd;
	if (fcntl(fd, F_SETFL, flags & O_APPEND) < 0)
		return -errno;
	return psd_fd_take(&fd);
}

/*
 * Reading where helpers cannot have put anything: opening costs half as much
 * without the look.  O_NONBLOCK keeps a FIFO that somebody else put there
 * from stopping us, and goes again when it turns out to be a file.
 */
static int
open_to_read(const struct psd_call *call, const struct psd_open_req *req)
{
	_cleanup_fd_ int fd = PSD_NO_FD;

	fd = psd_beneath_find_file(call->policy, call->grant, call->row,
	    req->access, &req->path, O_RDONLY | O_NONBLOCK);
	if (fd < 0)
		return fd;
	if (fcntl(fd, F_SETFL, O_RDONLY) < 0)
		return -errno;
	return psd_fd_take(&fd);
}

/*
 * A link may lead to a FIFO or device that no line covers, and opening it
 * would have effects.
 */
static bool
must_look(const struct psd_call *call)
{
	return call->must_look ||
	    (call->grant->modifiers & PSD_MODIFIER_FOLLOW) != 0;
}

static int
open_existing(const struct psd_call *call, const struct psd_open_req *req)
{
	if (req->access == PSD_ACCESS_READ && !must_look(call))
		return open_to_read(call, req);
	return look_and_open(call, req);
}

/*
 * O_EXCL creates a file or nothing, and follows no link.  The file is ours
 * alone (umask 077) until it has its mode and owner, set by descriptor.
 */
static int
create(const struct psd_call *call, const struct psd_open_req *req)
{
	_cleanup_fd_ int fd = PSD_NO_FD;
	int r;

	fd = psd_beneath_create(call->policy, call->grant, call->row,
	    req->access, &req->path, open_flags(req->access), 0600);
	if (fd < 0)
		return fd;
	r = psd_beneath_give(call->grant, fd, req->mode);
	return r < 0 ? r : psd_fd_take(&fd);
}

static int
open_or_create(const struct psd_call *call, const struct psd_open_req *req)
{
	int r = -ENOENT;

	for (int i = 0; i < TRIES; i++) {
		if ((req->access & PSD_ACCESS_EXCLUSIVE) == 0) {
			r = open_existing(call, req);
			if (r != -ENOENT)
				return r;
		}
		if ((req->access & PSD_ACCESS_CREATE) == 0)
			return r;
		r = create(call, req);
		if (r != -EEXIST || (req->access & PSD_ACCESS_EXCLUSIVE) != 0)
			return r;
	}
	return r;
}

/*
 * Safe because the path lies beneath a directory that the policy named and
 * the grant has held since load, is resolved by the kernel without links and
 * mounts that the grant leaves out, and what is handed out is a regular file
 * opened with no more than the granted access.
 */
int
psd_do_open(struct psd_call *call, const struct psd_open_req *req,
    struct psd_open_rep *rep)
{
	int fd;

	if (!psd_access_is_sensible(req->access))
		return -EINVAL;
	fd = open_or_create(call, req);
	if (fd < 0)
		return fd;
	rep->file = fd;
	return 0;
}
