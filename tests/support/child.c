/* SPDX-License-Identifier: ISC */
#include "tests/support/child.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

pid_t
test_child_start(int (*body)(void *argument), void *argument)
{
	const pid_t parent = getpid();
	const pid_t pid = fork();

	if (pid < 0)
		return -errno;
	if (pid > 0)
		return pid;
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(99);
	_exit(body(argument));
}

pid_t
test_child_exec(const char *const *argv)
{
	pid_t pid;
	const int error = posix_spawnp(&pid, argv[0], NULL, NULL,
	    (char *const *)(uintptr_t)argv, environ);

	return error == 0 ? pid : -error;
}

static long
milliseconds(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int
test_child_wait(pid_t pid, int *ret_status)
{
	const struct timespec nap = { 0, 1000000 };
	const long end = milliseconds() + TEST_DEADLINE;

	while (milliseconds() < end) {
		const pid_t r = waitpid(pid, ret_status, WNOHANG);

		if (r == pid)
			return 0;
		if (r < 0 && errno != EINTR)
			return -errno;
		(void)nanosleep(&nap, NULL);
	}
	test_child_kill(pid);
	return -ETIMEDOUT;
}

int
test_child_exit_status(pid_t pid)
{
	int status;

	if (test_child_wait(pid, &status) < 0 || !WIFEXITED(status))
		return -1;
	return WEXITSTATUS(status);
}

void
test_child_kill(pid_t pid)
{
	/* Neither a process group nor everybody (0, -1, an -errno). */
	if (pid <= 1)
		return;
	(void)kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

int
test_poll(int fd, int events, int timeout)
{
	/* A clock of whole milliseconds has run for up to one of them. */
	const long end = milliseconds() + timeout + 1;
	long left = timeout;

	for (;;) {
		struct pollfd look = { .fd = fd, .events = (short)events };
		const int n = poll(&look, 1, left > 0 ? (int)left : 0);

		if (n >= 0)
			return n == 0 ? 0 : look.revents;
		if (errno != EINTR)
			return -errno;
		left = end - milliseconds();
	}
}
