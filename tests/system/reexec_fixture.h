/* SPDX-License-Identifier: ISC */
#ifndef TEST_REEXEC_FIXTURE_H
#define TEST_REEXEC_FIXTURE_H

#include "tests/support/child.h"
#include "tests/support/daemon_rig.h"
#include "tests/support/fds.h"

#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { FDS_MAX = 512, STEP_MS = 20 };

#define CASE(test) cmocka_unit_test_setup_teardown(test, prepare, clean)

static struct daemon_rig rig;

static inline int
prepare(void **state)
{
	(void)state;
	daemon_rig_prepare(&rig);
	return 0;
}

static inline int
clean(void **state)
{
	(void)state;
	daemon_rig_clean(&rig);
	return 0;
}

/* The same process goes on, and says that it has executed its program. */
static inline void
expect_reexec(void)
{
	const char *text;
	char pid[32];
	const int status = daemon_rig_ctl(&rig, &text, "reexec", NULL);

	(void)snprintf(pid, sizeof(pid), ", pid %d, ", rig.pid);
	if (status != 0 || strstr(text, pid) == NULL)
		fail_msg("reexec: %d: %s", status, text);
}

/* It stays what it was, and says why. */
static inline void
expect_no_reexec(const char *why)
{
	const char *text;
	const int status = daemon_rig_ctl(&rig, &text, "reexec", NULL);

	if (status != 1 || strstr(text, why) == NULL)
		fail_msg("no reexec: %d: %s", status, text);
	assert_non_null(strstr(text, "goes on as it is"));
}

/* A number that status has of a service. */
static inline void
expect_count(const char *service, const char *name, int expected)
{
	const char *text, *found;
	char wanted[64];

	assert_int_equal(daemon_rig_ctl(&rig, &text, "--json", "status",
			     service, NULL),
	    0);
	(void)snprintf(wanted, sizeof(wanted), "\"%s\": ", name);
	found = strstr(text, wanted);
	assert_non_null(found);
	assert_int_equal(strtol(found + strlen(wanted), NULL, 10), expected);
}

/* The helper that was there answers, and is no other. */
static inline void
expect_alive(void)
{
	const int fd = daemon_rig_connect(&rig, "one");

	assert_string_equal(daemon_rig_say(fd, "ping 3"), "0");
	(void)close(fd);
	expect_count("one", "started", 1);
}

static inline void
expect_stop(void)
{
	assert_int_equal(daemon_rig_stop(&rig), 0);
	assert_false(daemon_rig_has_logged(&rig, "abrupt"));
	assert_false(daemon_rig_has_logged(&rig, "overdue"));
}

/* How many of the daemon's descriptors are close-on-exec; all must be. */
static inline size_t
count_close_on_exec(void)
{
	struct test_fd list[FDS_MAX];
	const ssize_t n = test_fds_list(rig.pid, list, FDS_MAX);
	size_t found = 0;

	assert_true(n > 0 && n < FDS_MAX);
	for (ssize_t i = 0; i < n; i++) {
		char path[64], text[256] = "";
		const char *flags;
		FILE *file;

		if (list[i].number <= STDERR_FILENO)
			continue;
		(void)snprintf(path, sizeof(path), "/proc/%d/fdinfo/%d",
		    rig.pid, list[i].number);
		file = fopen(path, "re");
		if (file == NULL)
			continue;
		if (fread(text, 1, sizeof(text) - 1, file) == 0)
			text[0] = '\0';
		(void)fclose(file);
		/* It was closed meanwhile. */
		if (text[0] == '\0')
			continue;
		flags = strstr(text, "flags:");
		assert_non_null(flags);
		if ((strtol(flags + 6, NULL, 8) & 02000000) == 0)
			fail_msg("descriptor %d: %s", list[i].number,
			    list[i].target);
		/* Leaves of control groups may just be made ahead. */
		if (strstr(list[i].target, "/instance-") == NULL)
			found++;
	}
	return found;
}

/* Pings until it is told to stop; exits with 0 when each was answered. */
static inline int
talk(void *argument)
{
	const int *stop = argument;
	const int fd = daemon_rig_connect(&rig, "one");
	int times = 0;

	while (test_poll(stop[0], POLLIN, 0) == 0) {
		if (strcmp(daemon_rig_say(fd, "ping 200"), "0") != 0)
			return 1;
		times++;
	}
	return times > 0 ? 0 : 2;
}

static inline pid_t
start_talker(int stop[2])
{
	const pid_t pid = test_child_start(talk, stop);

	assert_true(pid > 0);
	return pid;
}

static inline void
end_talker(pid_t pid, int stop[2])
{
	assert_int_equal(write(stop[1], "", 1), 1);
	assert_int_equal(test_child_exit_status(pid), 0);
	(void)close(stop[0]);
	(void)close(stop[1]);
}

/* Says a line without waiting for what is answered. */
static inline void
tell(int puppet, const char *line)
{
	const ssize_t len = (ssize_t)strlen(line);

	assert_int_equal(send(puppet, line, (size_t)len, MSG_NOSIGNAL), len);
}

static inline void
hear(int puppet, const char *expected)
{
	char text[256];
	ssize_t n;

	assert_true(test_poll(puppet, POLLIN, TEST_DEADLINE) != 0);
	n = recv(puppet, text, sizeof(text) - 1, 0);
	text[n < 0 ? 0 : n] = '\0';
	text[strcspn(text, "\n")] = '\0';
	assert_string_equal(text, expected);
}

static inline bool
has_root(void)
{
	if (geteuid() != 0)
		print_message("SKIP: needs root\n");
	return geteuid() == 0;
}

#endif
