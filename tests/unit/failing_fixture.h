/* SPDX-License-Identifier: ISC */
#ifndef TEST_FAILING_FIXTURE_H
#define TEST_FAILING_FIXTURE_H

/*
 * System calls that fail when a test says so, in the place of the C library's.
 * It is included first: with this macro its headers define some themselves.
 */
#undef _FORTIFY_SOURCE

#include "common/fd.h"
#include "common/mem.h"
#include "common/pair.h"
#include "tests/support/fds.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* Which call fails next, with what, and after how many that do not. */
static const char *failing;
static int error_of_call;
static unsigned spared;

static inline void
fail_next(const char *call, int error, unsigned after)
{
	failing = call;
	error_of_call = error;
	spared = after;
}

static inline bool
fails(const char *call)
{
	if (failing == NULL || strcmp(failing, call) != 0 || spared-- > 0)
		return false;
	failing = NULL;
	errno = error_of_call;
	return true;
}

/* The C library's own. */
static inline void *
next(const char *call)
{
	return dlsym(RTLD_NEXT, call);
}

#define FAILING(type, name, parameters, arguments) \
	type name parameters \
	{ \
		__typeof__(name) *real; \
\
		if (fails(#name)) \
			return -1; \
		*(void **)&real = next(#name); \
		return real arguments; \
	}

FAILING(ssize_t, sendmsg, (int fd, const struct msghdr *message, int flags),
    (fd, message, flags))
FAILING(ssize_t, recvmsg, (int fd, struct msghdr *message, int flags),
    (fd, message, flags))
FAILING(ssize_t, send, (int fd, const void *buf, size_t n, int flags),
    (fd, buf, n, flags))
FAILING(ssize_t, recv, (int fd, void *buf, size_t n, int flags),
    (fd, buf, n, flags))
FAILING(int, poll, (struct pollfd * fds, nfds_t nfds, int timeout),
    (fds, nfds, timeout))
FAILING(int, shutdown, (int fd, int how), (fd, how))
FAILING(int, setsockopt,
    (int fd, int level, int optname, const void *optval, socklen_t optlen),
    (fd, level, optname, optval, optlen))
FAILING(int, memfd_create, (const char *name, unsigned flags), (name, flags))
FAILING(ssize_t, pread, (int fd, void *buf, size_t nbytes, off_t offset),
    (fd, buf, nbytes, offset))
FAILING(ssize_t, pwrite, (int fd, const void *buf, size_t n, off_t offset),
    (fd, buf, n, offset))
FAILING(int, fstat, (int fd, struct stat *buf), (fd, buf))

int
fcntl(int fd, int cmd, ...)
{
	int (*real)(int fd, int cmd, ...);
	va_list arguments;
	long argument;

	va_start(arguments, cmd);
	argument = va_arg(arguments, long);
	va_end(arguments);
	if (fails(cmd == F_ADD_SEALS ? "F_ADD_SEALS" : "fcntl"))
		return -1;
	*(void **)&real = next("fcntl");
	return real(fd, cmd, argument);
}

static int ends[2];
static size_t open_before;

static inline int
begin(void **state)
{
	(void)state;
	failing = NULL;
	open_before = test_fds_count();
	return psd_pair(SOCK_SEQPACKET, ends);
}

static inline int
end(void **state)
{
	(void)state;
	psd_fd_cleanup(&ends[0]);
	psd_fd_cleanup(&ends[1]);
	return failing == NULL && test_fds_count() == open_before ? 0 : -1;
}

#endif
