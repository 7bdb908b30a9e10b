/* SPDX-License-Identifier: ISC */
#include "common/pair.h"

#include "common/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <sys/socket.h>

/*
 * PSD_HIDE_SOCK_CLOEXEC builds, on a system that has the flag, what one
 * without it gets (QNX), so that this is tested too.
 */
#if defined(SOCK_CLOEXEC) && !defined(PSD_HIDE_SOCK_CLOEXEC)
#define PAIR_IS_ATOMIC true
#else
#define PAIR_IS_ATOMIC false
#endif

/* The flags beside a type.  One that the headers lack is no bit at all. */
enum {
#ifdef SOCK_CLOEXEC
	FLAG_CLOEXEC = SOCK_CLOEXEC,
#else
	FLAG_CLOEXEC = 0,
#endif
#ifdef SOCK_NONBLOCK
	FLAG_NONBLOCK = SOCK_NONBLOCK,
#else
	FLAG_NONBLOCK = 0,
#endif
#if defined(SOCK_CLOFORK) && defined(FD_CLOFORK)
	FLAG_CLOFORK = SOCK_CLOFORK,
	FD_FLAG_CLOFORK = FD_CLOFORK,
#else
	FLAG_CLOFORK = 0,
	FD_FLAG_CLOFORK = 0,
#endif
	FLAGS = FLAG_CLOEXEC | FLAG_NONBLOCK | FLAG_CLOFORK,
	TYPES = 0xf, /* every system numbers its socket types below this */
};

enum { QUEUE_BYTES = 65536 };

/*
 * Linux reports some failures by other names than POSIX.1-2024 does.  EINVAL
 * is a protocol or type beyond the last it knows, since psd_pair_in() has
 * looked at the flags; EPERM is the missing privilege.
 */
static int
standard_error(int error, int protocol)
{
	switch (error) {
	case EINVAL:
		return protocol != 0 ? -EPROTONOSUPPORT : -EPROTOTYPE;
	case ESOCKTNOSUPPORT:
		return -EPROTOTYPE;
	case EPERM:
		return -EACCES;
	default:
		return -error;
	}
}

#if PAIR_IS_ATOMIC

static int
create(int domain, int type, int protocol, int flags, int ends[2])
{
	if (socketpair(domain, type | flags | FLAG_CLOEXEC, protocol, ends) < 0)
		return standard_error(errno, protocol);
	return 0;
}

#else

static int
set_flags(int fd, int flags)
{
	const int fork_flag = (flags & FLAG_CLOFORK) != 0 ? FD_FLAG_CLOFORK : 0;
	int status;

	if (fcntl(fd, F_SETFD, FD_CLOEXEC | fork_flag) < 0)
		return -errno;
	if ((flags & FLAG_NONBLOCK) == 0)
		return 0;
	status = fcntl(fd, F_GETFL);
	if (status < 0 || fcntl(fd, F_SETFL, status | O_NONBLOCK) < 0)
		return -errno;
	return 0;
}

/*
 * Between socketpair() and the last fcntl() another thread may fork and exec,
 * and its program keeps both ends.  Nothing here can prevent that, which is
 * one more reason to say the end of a conversation with shutdown().
 */
static int
create(int domain, int type, int protocol, int flags, int ends[2])
{
	if (socketpair(domain, type, protocol, ends) < 0)
		return standard_error(errno, protocol);
	for (size_t i = 0; i < 2; i++) {
		const int r = set_flags(ends[i], flags);

		if (r == 0)
			continue;
		psd_fd_close(ends[0]);
		psd_fd_close(ends[1]);
		return r;
	}
	return 0;
}

#endif

int
psd_pair_in(int domain, int type, int protocol, int ret_ends[2])
{
	const int flags = type & FLAGS;
	/*
	 * POSIX.1-2024 leaves the caller's array alone when the call fails;
	 * Linux has written numbers into it by then.
	 */
	int ends[2];
	int r;

	if ((type & ~(FLAGS | TYPES)) != 0)
		return -EINVAL;
	r = create(domain, type & TYPES, protocol, flags, ends);
	if (r < 0)
		return r;
	ret_ends[0] = ends[0];
	ret_ends[1] = ends[1];
	return 0;
}

int
psd_pair(int type, int ret_ends[2])
{
	switch (type & TYPES) {
	case SOCK_SEQPACKET:
	case SOCK_STREAM:
	case SOCK_DGRAM:
		return psd_pair_in(AF_UNIX, type, 0, ret_ends);
	default:
		/* Linux would make a SOCK_RAW pair and call it SOCK_DGRAM. */
		return -EPROTOTYPE;
	}
}

int
psd_pair_bound_queues(const int ends[2])
{
	const int bytes = QUEUE_BYTES;

	for (size_t i = 0; i < 2; i++)
		if (setsockopt(ends[i], SOL_SOCKET, SO_SNDBUF, &bytes,
			sizeof(bytes)) < 0)
			return -errno;
	return 0;
}

bool
psd_pair_is_atomic(void)
{
	return PAIR_IS_ATOMIC;
}
