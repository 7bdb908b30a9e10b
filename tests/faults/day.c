/* SPDX-License-Identifier: ISC */
#include "tests/faults/day.h"

#include "common/fd.h"
#include "common/mem.h"
#include "tests/faults/inject.h"
#include "tests/support/child.h"
#include "tests/support/sample.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

enum { STEP_MS = 2, REST_MS = 500 };

int
day_leave_host(void)
{
	if (geteuid() != 0) {
		print_message("SKIP: needs root\n");
		return 77;
	}
	if (sample_leave_host() < 0) {
		print_message("SKIP: no network of our own\n");
		return 77;
	}
	return 0;
}

void
day_prepare_few(struct day *day)
{
	daemon_rig_prepare(&day->rig);
	day->rig.on_birth = NULL;
	day->puppet = PSD_NO_FD;
	day->generation = day->lives = 0;
	(void)snprintf(day->files, sizeof(day->files), "%s/files",
	    day->rig.dir);
	sample_make(day->files);
	assert_int_equal(setenv("CREDENTIALS_DIRECTORY", day->files, 1), 0);
	day_write_all(day);
	daemon_rig_write(&day->rig, "policies/lo.policy",
	    "[Helper]\nType=program\nExecStart=/bin/cat\n"
	    "Instances=16\nStartLimitBurst=0\n"
	    "[Policy]\nSystemCallFilter=@helper @loader @basic-io\n"
	    "AllowOpen=@runtime\n");
	daemon_rig_write(&day->rig, "policies/echo.policy",
	    "[Helper]\nType=inetd\nExecStart=/bin/cat\n"
	    "ListenStream=%s/run/echo.sock\n"
	    "[Policy]\n"
	    "SystemCallFilter=@filter @loader shutdown poll\n"
	    "AllowOpen=@runtime\n");
}

void
day_prepare(struct day *day)
{
	day_prepare_few(day);
	day_write_door(day);
	daemon_rig_puppet(&day->rig, "callee",
	    "Provides=lo\nInstances=1..2\nRestartSec=1ms\n", "");
	daemon_rig_puppet(&day->rig, "other", "Instances=1", "");
	daemon_rig_write(&day->rig, "policies/cat.policy",
	    "[Helper]\nType=filter\nExecStart=/bin/cat\n"
	    "Instances=4\nClients=user:0\n"
	    "[Policy]\nSystemCallFilter=@filter @loader\n"
	    "AllowOpen=@runtime\n");
}

/* Resolvers, say, come later than what is ready at once. */
static void
settle_down(struct day *day)
{
	assert_true(day_wake(day));
	(void)ledger_at_rest(day->rig.pid, REST_MS);
	day->baseline = day_look(day);
}

void
day_start(struct day *day, bool is_expected)
{
	day->rig.on_birth = is_expected ? inject_born : NULL;
	daemon_rig_start(&day->rig);
	settle_down(day);
}

bool
day_may_start(struct day *day, bool is_expected, int *ret_status)
{
	day->rig.on_birth = is_expected ? inject_born : NULL;
	if (!daemon_rig_may_start(&day->rig)) {
		*ret_status = day_bury(day);
		return false;
	}
	*ret_status = 0;
	return true;
}

/* The tracer may have a copy of it: the end is said, not left to close(). */
void
day_part(struct day *day)
{
	if (day->puppet >= 0)
		(void)shutdown(day->puppet, SHUT_RDWR);
	psd_fd_cleanup(&day->puppet);
}

int
day_bury(struct day *day)
{
	int status = 0;

	day_part(day);
	if (test_child_wait(day->rig.pid, &status) < 0)
		status = -1;
	else
		status = WIFEXITED(status) ? WEXITSTATUS(status)
					   : 128 + WTERMSIG(status);
	day->rig.pid = -1;
	return status;
}

int
day_stop(struct day *day)
{
	(void)kill(day->rig.pid, SIGTERM);
	return day_bury(day);
}

void
day_clean(struct day *day)
{
	day_part(day);
	daemon_rig_clean(&day->rig);
}

int
day_connect(const struct day *day, const char *name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	_cleanup_fd_ int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s/run/%s",
	    day->rig.dir, name);
	if (fd < 0 ||
	    connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
		return -errno;
	return psd_fd_take(&fd);
}

const char *
day_hear(int fd)
{
	static char text[4096];
	ssize_t n;

	if (test_poll(fd, POLLIN, DAY_DEADLINE) == 0)
		return "...";
	n = recv(fd, text, sizeof(text) - 1, 0);
	text[n < 0 ? 0 : n] = '\0';
	text[strcspn(text, "\n")] = '\0';
	return text;
}

const char *
day_say(struct day *day, const char *line)
{
	const ssize_t len = (ssize_t)strlen(line);
	const char *answer;

	if (day->puppet < 0 ||
	    send(day->puppet, line, (size_t)len, MSG_NOSIGNAL) != len)
		return "";
	answer = day_hear(day->puppet);
	if (*answer == '\0')
		day_part(day);
	return answer;
}

static long
milliseconds(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* A zombie, which may be sent signals, is left to day_bury(). */
static bool
is_gone(pid_t pid)
{
	siginfo_t info = { .si_pid = 0 };
	const int r =
	    waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT);

	return r < 0 || info.si_pid == pid;
}

bool
day_meet(struct day *day)
{
	const long end = milliseconds() + DAY_DEADLINE;

	while (milliseconds() < end) {
		const char *answer;

		if (day->puppet < 0)
			day->puppet = day_connect(day, "all.sock");
		answer = day_say(day, "ping 1");
		if (strcmp(answer, "0") == 0)
			return true;
		day_part(day);
		/* It has waited for as long already. */
		if (strcmp(answer, "...") == 0)
			return false;
		if (is_gone(day->rig.pid))
			return false;
		(void)poll(NULL, 0, STEP_MS);
	}
	return false;
}

void
day_do(struct day *day, const struct day_step *step, char ret[DAY_OUTCOME_MAX])
{
	if (step->row != NULL)
		sample_make(day->files);
	ret[0] = '\0';
	step->perform(day, step, ret);
}
