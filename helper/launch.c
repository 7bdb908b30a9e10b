/* SPDX-License-Identifier: ISC */
#include "helper/launch.h"

#include "common/mem.h"
#include "common/notice.h"
#include "common/raw.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>

/* Where the monitor finds its ends, as daemon/monitor.h has it. */
enum { PAIR_NUMBER = 3, LIFELINE_NUMBER = 4, FIRST_OTHER = 5 };

/* What the child knows; everything was prepared before it was made. */
struct launch {
	const char *program;
	char *const *argv;
	int pair_end, lifeline_end;
};

/*
 * fork() without what the C library does besides, and without a signal to the
 * parent at the child's end when signal is 0: such a child is seen by nobody
 * who does not ask for it.
 */
static int
make_process(int signal)
{
	return raw(SYS_clone, (long)signal, 0L, 0L, 0L, 0L);
}

/*
 * The log goes to standard error; where that is somebody's connection, as of a
 * server that inetd started, it is nobody's to read.
 */
static bool
is_connection(int fd)
{
	int domain = AF_UNIX;
	socklen_t len = sizeof(domain);

	return getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &len) == 0 &&
	    domain != AF_UNIX;
}

/* Everything but standard error and the two ends is closed. */
static int
place_descriptors(const struct launch *launch)
{
	const int null = raw(SYS_openat, AT_FDCWD, "/dev/null", O_RDWR);
	const int far_null = raw(SYS_fcntl, null, F_DUPFD, FIRST_OTHER);
	const int pair = raw(SYS_fcntl, launch->pair_end, F_DUPFD, FIRST_OTHER);
	const int lifeline =
	    raw(SYS_fcntl, launch->lifeline_end, F_DUPFD, FIRST_OTHER);
	int r = raw(SYS_dup3, pair, PAIR_NUMBER, 0);

	/* From here on there is somebody to tell. */
	if (r >= 0)
		r = raw(SYS_dup3, lifeline, LIFELINE_NUMBER, 0);
	if (r >= 0)
		r = raw(SYS_dup3, far_null, STDIN_FILENO, 0);
	if (r >= 0)
		r = raw(SYS_dup3, far_null, STDOUT_FILENO, 0);
	if (r >= 0 &&
	    (raw(SYS_fcntl, STDERR_FILENO, F_GETFD) < 0 ||
		is_connection(STDERR_FILENO)))
		r = raw(SYS_dup3, far_null, STDERR_FILENO, 0);
	if (r >= 0)
		r = raw(SYS_close_range, FIRST_OTHER, ~0U, 0);
	return r < 0 ? r : 0;
}

/*
 * Without any variable: those of a set-id server are its caller's, and would
 * steer the loader of a program that has all its privileges.
 */
static _Noreturn void
become_monitor(const struct launch *launch)
{
	char *const environment[] = { NULL };
	const uint64_t none = 0;
	int r = place_descriptors(launch);

	/* Neither a terminal's signals nor a directory in use. */
	if (r == 0)
		r = raw(SYS_setsid);
	if (r >= 0)
		r = raw(SYS_chdir, "/");
	if (r >= 0)
		r = raw(SYS_rt_sigprocmask, SIG_SETMASK, &none, NULL,
		    sizeof(none));
	if (r >= 0)
		r = raw(SYS_execve, launch->program, launch->argv, environment);
	psd_notice_refuse(PAIR_NUMBER, -r, "cannot execute %s",
	    launch->program);
	_exit(EXIT_FAILURE);
}

/* The process between us and the monitor, so that it is no child of ours. */
static _Noreturn void
make_grandchild(const struct launch *launch)
{
	const int pid = make_process(SIGCHLD);

	if (pid == 0)
		become_monitor(launch);
	_exit(pid < 0 ? -pid : 0);
}

int
psd_launch_monitor(const char *program, const char *policy, int pair_end,
    int lifeline_end)
{
	char *const argv[] = { (char *)(uintptr_t)program,
		(char *)(uintptr_t) "--monitor", (char *)(uintptr_t) "--policy",
		(char *)(uintptr_t)policy, NULL };
	const struct launch launch = { program, argv, pair_end, lifeline_end };
	const int pid = make_process(0);
	int status = 0;

	if (pid < 0)
		return pid;
	if (pid == 0)
		make_grandchild(&launch);
	while (waitpid(pid, &status, __WALL) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) ? -WEXITSTATUS(status) : -ECHILD;
}
