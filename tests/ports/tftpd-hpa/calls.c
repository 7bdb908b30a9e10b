/* SPDX-License-Identifier: ISC */
/*
 * The calls of tftpd-hpa's in.tftpd that took root, in the place of the C
 * library's: loaded before that, or linked into the program, they make it the
 * helper of a monitor of its own, and each process that serves a client a
 * helper with a conversation of its own.  README.md says what the program does
 * and when.
 */
#include "helper/privsep.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <syslog.h>
#include <unistd.h>

#ifndef TFTPD_POLICY
#define TFTPD_POLICY "/etc/privsepd/tftpd.policy"
#endif
#ifndef TFTPD_PRIVSEPD
#define TFTPD_PRIVSEPD "/usr/local/sbin/privsepd"
#endif

enum { PRIORITY = 7, TEXT_MAX = 1024 };

/* NULL before the program is confined; a child has its own. */
static struct privsep *monitor;

/* What the program makes its root; it speaks of files below it. */
static char served[PATH_MAX];

static int
result(int r)
{
	if (r >= 0)
		return r;
	errno = -r;
	return -1;
}

/* NOLINTBEGIN(readability-inconsistent-declaration-parameter-name): they are
 * the C library's functions, whose parameters have names of its own. */

/* The last directory that it enters before it would change its root. */
int
chdir(const char *path)
{
	if (path[0] == '/' && monitor == NULL &&
	    snprintf(served, sizeof(served), "%s", path) >= (int)sizeof(served))
		return result(-ENAMETOOLONG);
	return (int)syscall(SYS_chdir, path);
}

/* The policy is the root: nothing else is opened. */
int
chroot(const char *path)
{
	(void)path;
	return 0;
}

/* The monitor chooses the ids, and there are no groups. */
int
initgroups(const char *user, gid_t group)
{
	(void)user;
	(void)group;
	return 0;
}

int
setregid(gid_t real, gid_t effective)
{
	(void)real;
	(void)effective;
	return 0;
}

int
setreuid(uid_t real, uid_t effective)
{
	(void)real;
	(void)effective;
	return 0;
}

/*
 * The end of the root phase: the program has its socket, and waits for its
 * first datagram.  It would try again after an error, as root.
 */
int
select(int n, fd_set *to_read, fd_set *to_write, fd_set *to_except,
    struct timeval *timeout)
{
	struct timespec span = { 0, 0 };

	if (monitor == NULL &&
	    privsep_start_monitor_by(&monitor, TFTPD_POLICY, TFTPD_PRIVSEPD) <
		0)
		_exit(1);
	if (timeout != NULL) {
		span.tv_sec = timeout->tv_sec;
		span.tv_nsec = timeout->tv_usec * 1000;
	}
	return pselect(n, to_read, to_write, to_except,
	    timeout != NULL ? &span : NULL, NULL);
}

/* The child has the conversation that was made for it, and no other. */
pid_t
fork(void)
{
	pid_t (*const make)(void) = (pid_t(*)(void))dlsym(RTLD_NEXT, "fork");
	int fd = -1;
	pid_t pid;

	if (monitor != NULL) {
		fd = privsep_clone_fd(monitor);
		if (fd < 0)
			return result(fd);
	}
	pid = make();
	if (pid == 0 && monitor != NULL) {
		privsep_free(monitor);
		if (privsep_from_fd(&monitor, fd) < 0)
			_exit(1);
	} else if (fd >= 0) {
		(void)close(fd);
	}
	return pid;
}

/* The number of what connect() puts there. */
int
socket(int domain, int type, int protocol)
{
	if (monitor != NULL)
		return eventfd(0, EFD_CLOEXEC);
	return (int)syscall(SYS_socket, domain, type, protocol);
}

/* As the library for access by hosts reads its lists. */
FILE *
fopen(const char *path, const char *mode)
{
	FILE *(*const make)(const char *, const char *) =
	    (FILE * (*)(const char *, const char *)) dlsym(RTLD_NEXT, "fopen");

	if (monitor != NULL)
		return privsep_fopen(monitor, path, mode);
	return make(path, mode);
}

/*
 * The socket by which a client is answered comes from the monitor, which asks
 * the policy who may be a client; the program's own keeps its number.
 */
int
bind(int fd, const struct sockaddr *address, socklen_t len)
{
	if (monitor != NULL)
		return 0;
	return (int)syscall(SYS_bind, fd, address, len);
}

int
connect(int fd, const struct sockaddr *address, socklen_t len)
{
	int connected, r;

	if (monitor == NULL)
		return (int)syscall(SYS_connect, fd, address, len);
	connected = privsep_connect_address(monitor, SOCK_DGRAM, address, len);
	if (connected < 0)
		return result(connected);
	r = dup2(connected, fd);
	(void)close(connected);
	return r < 0 ? -1 : 0;
}

/* It asks for fragments instead of path MTU discovery; it sends small ones. */
int
setsockopt(int fd, int level, int option, const void *value, socklen_t len)
{
	if (monitor != NULL)
		return 0;
	return (int)syscall(SYS_setsockopt, fd, level, option, value, len);
}

/*
 * Blocking is switched by ioctl(2), since the filter lets nobody change other
 * flags of a descriptor.  Locks keep a file that is sent from being written to
 * meanwhile; under a policy that grants reading alone nobody does.
 */
int
fcntl(int fd, int command, ...)
{
	va_list arguments;
	long argument;
	int on;

	va_start(arguments, command);
	argument = va_arg(arguments, long);
	va_end(arguments);
	if (monitor != NULL && command == F_SETLK)
		return 0;
	if (monitor == NULL || command != F_SETFL)
		return (int)syscall(SYS_fcntl, fd, command, argument);
	on = (argument & O_NONBLOCK) != 0;
	return ioctl(fd, FIONBIO, &on);
}

int
open(const char *path, int flags, ...)
{
	char whole[PATH_MAX];
	mode_t mode = 0;
	va_list arguments;

	if ((flags & O_CREAT) != 0) {
		va_start(arguments, flags);
		mode = va_arg(arguments, mode_t);
		va_end(arguments);
	}
	if (monitor == NULL)
		return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
	if (snprintf(whole, sizeof(whole), "%s%s%s", served,
		path[0] == '/' ? "" : "/", path) >= (int)sizeof(whole))
		return result(-ENAMETOOLONG);
	return result(privsep_open(monitor, whole, flags, mode));
}

/* A child would open its own connection to syslogd. */
void
openlog(const char *name, int options, int facility)
{
	(void)name;
	(void)options;
	(void)facility;
}

void
closelog(void)
{
}

void
vsyslog(int priority, const char *format, va_list arguments)
{
	char text[TEXT_MAX];

	(void)vsnprintf(text, sizeof(text), format, arguments);
	text[strcspn(text, "\n")] = '\0';
	if (monitor != NULL)
		(void)privsep_log(monitor, priority & PRIORITY, "%s", text);
	else
		(void)fprintf(stderr, "%s\n", text);
}

void
syslog(int priority, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsyslog(priority, format, arguments);
	va_end(arguments);
}

/* NOLINTEND(readability-inconsistent-declaration-parameter-name) */

/* When the transfer is over and the process exits. */
__attribute__((destructor)) static void
say_end(void)
{
	(void)privsep_end(monitor);
}
