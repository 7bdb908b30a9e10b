/* SPDX-License-Identifier: ISC */
#include "common/mem.h"
#include "tests/support/child.h"
#include "tests/support/daemon_rig.h"

#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

/* A daemon with one puppet service that may leave processes behind. */
static struct daemon_rig rig;

static int
start(void **state)
{
	(void)state;
	daemon_rig_prepare(&rig);
	daemon_rig_puppet(&rig, "one",
	    "TimeoutStopSec=500ms\nInstances=1\nRestartSec=1ms",
	    "SystemCallFilter=clone fork vfork set_robust_list\nAllowLog=info");
	daemon_rig_puppet(&rig, "two", "Instances=2", "");
	daemon_rig_start(&rig);
	return 0;
}

static int
stop(void **state)
{
	(void)state;
	daemon_rig_clean(&rig);
	return 0;
}

/* How the end of the puppet with this process id is told. */
static bool
ended(const char *pid, const char *how)
{
	char line[128];

	(void)snprintf(line, sizeof(line), "one[%s]: ended: %s", pid, how);
	return daemon_rig_logs(&rig, line);
}

static int
puppet(char pid[32])
{
	const int fd = daemon_rig_connect(&rig, "one");

	(void)snprintf(pid, 32, "%s", daemon_rig_say(fd, "pid"));
	assert_true(atoi(pid) > 1);
	return fd;
}

/* Whatever happened to the last one, the next client is served. */
static void
expect_service(void)
{
	const int fd = daemon_rig_connect(&rig, "one");

	assert_string_equal(daemon_rig_say(fd, "ping 10"), "0");
	(void)close(fd);
}

static void
a_helper_that_shuts_down_and_exits_is_orderly(void **state)
{
	char pid[32];
	const int fd = puppet(pid);

	(void)state;
	(void)daemon_rig_say(fd, "end");
	assert_true(ended(pid, "orderly (exit status 0)"));
	(void)close(fd);
	expect_service();
}

static void
a_helper_that_exits_without_a_word_is_abrupt(void **state)
{
	char pid[32];
	const int fd = puppet(pid);

	(void)state;
	(void)daemon_rig_say(fd, "exit 0");
	assert_true(ended(pid, "abrupt (exit status 0)"));
	(void)close(fd);
	expect_service();
}

static void
a_helper_that_is_killed_is_abrupt(void **state)
{
	char pid[32];
	const int fd = puppet(pid);

	(void)state;
	assert_int_equal(kill(atoi(pid), SIGKILL), 0);
	assert_true(ended(pid, "abrupt (killed by SIGKILL)"));
	(void)close(fd);
	expect_service();
}

static void
a_helper_that_breaks_the_protocol_is_dropped_and_abrupt(void **state)
{
	static const char *const cases[][2] = {
		{ "garbage", "sent a malformed record" },
		{ "frame 0 0100ffff0700000000000000",
		    "sent an unknown operation 65535" },
		{ "frame 0 0100010007000000000000000100000001000000",
		    "sent out of turn operation 1" },
		{ "frame 0 01000200070000000000000000000000000000",
		    "sent a malformed operation 2" },
	};

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++) {
		char pid[32], line[128];
		const int fd = puppet(pid);

		(void)daemon_rig_say(fd, "%s", cases[i][0]);
		(void)snprintf(line, sizeof(line), "one[%s]: dropped: %s\n",
		    pid, cases[i][1]);
		assert_true(daemon_rig_logs(&rig, line));
		assert_true(ended(pid, "abrupt"));
		(void)close(fd);
		expect_service();
	}
}

static void
a_helper_that_lingers_after_its_end_is_overdue(void **state)
{
	char pid[32], line[128];
	const int fd = puppet(pid);

	(void)state;
	(void)daemon_rig_say(fd, "linger");
	(void)snprintf(line, sizeof(line),
	    "one[%s]: overdue: did not exit in time", pid);
	assert_true(daemon_rig_logs(&rig, line));
	assert_true(ended(pid, "overdue (killed by SIGKILL)"));
	(void)close(fd);
	expect_service();
}

static long
now_ms(void)
{
	struct timespec now;

	assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &now), 0);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Requests are answered between two turns of a loop whose time stands still. */
static void
a_grace_begins_when_the_end_is_said(void **state)
{
	char pid[32];
	const int fd = puppet(pid);
	long said;

	(void)state;
	assert_string_equal(daemon_rig_say(fd, "ping 200"), "0");
	(void)poll(NULL, 0, 1000);
	said = now_ms();
	(void)daemon_rig_say(fd, "linger");
	assert_true(ended(pid, "overdue (killed by SIGKILL)"));
	assert_true(now_ms() - said >= 450);
	(void)close(fd);
	expect_service();
}

/* "puppet", or before Linux 6.14 the number it was executed by. */
static void
read_name(const char *pid, char *ret, size_t size)
{
	char path[64];
	FILE *file;

	(void)snprintf(path, sizeof(path), "/proc/%s/comm", pid);
	file = fopen(path, "re");
	assert_non_null(file);
	assert_non_null(fgets(ret, (int)size, file));
	(void)fclose(file);
	ret[strcspn(ret, "\n")] = '\0';
}

static void
who_holds_a_copy_of_a_dead_helpers_end_is_named_and_killed(void **state)
{
	char pid[32], orphan[32], name[32], line[256];
	const int fd = puppet(pid);

	(void)state;
	read_name(pid, name, sizeof(name));
	(void)snprintf(orphan, sizeof(orphan), "%s",
	    daemon_rig_say(fd, "orphan"));
	assert_true(atoi(orphan) > 1);
	assert_true(ended(pid, "abrupt"));
	(void)snprintf(line, sizeof(line),
	    "one[%s]: its end outlives it: process %s (%s) holds a copy "
	    "as descriptor 3",
	    pid, orphan, name);
	assert_true(daemon_rig_logs(&rig, line));
	for (int i = 0; i < 500 && kill(atoi(orphan), 0) == 0; i++) {
		char path[64], stat[256] = "";
		FILE *file;

		(void)snprintf(path, sizeof(path), "/proc/%s/stat", orphan);
		file = fopen(path, "re");
		if (file == NULL || fgets(stat, sizeof(stat), file) == NULL ||
		    strstr(stat, ") Z") != NULL) {
			if (file != NULL)
				(void)fclose(file);
			break;
		}
		(void)fclose(file);
		(void)usleep(10000);
		assert_true(i < 499);
	}
	(void)close(fd);
	expect_service();
}

static void
the_ends_are_counted_in_status(void **state)
{
	const char *text;

	(void)state;
	assert_int_equal(daemon_rig_ctl(&rig, &text, "--json", "status", "one",
			     NULL),
	    0);
	assert_non_null(strstr(text, "\"orderly\": 1"));
	assert_non_null(strstr(text, "\"overdue\": 1"));
	assert_non_null(strstr(text, "\"abrupt\": 7"));
}

static void
a_flood_that_is_never_read_ends_by_its_deadline_only(void **state)
{
	char pid[32];
	const int other = daemon_rig_connect(&rig, "two");
	const int fd = puppet(pid);

	(void)state;
	assert_true(atoi(daemon_rig_say(fd, "flood 100000")) > 100);
	/* The neighbour does not feel it. */
	assert_string_equal(daemon_rig_say(other, "ping 1000"), "0");
	assert_int_equal(kill(atoi(pid), SIGKILL), 0);
	assert_true(ended(pid, "abrupt"));
	(void)close(fd);
	(void)close(other);
	expect_service();
}

static void
sigterm_ends_all_in_an_orderly_way(void **state)
{
	const char *text;

	(void)state;
	assert_int_equal(daemon_rig_ctl(&rig, &text, "status", NULL), 0);
	assert_int_equal(daemon_rig_stop(&rig), 0);
	assert_true(daemon_rig_has_logged(&rig, "ended: orderly"));
	assert_int_equal(daemon_rig_ctl(&rig, &text, "status", NULL), 4);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_helper_that_shuts_down_and_exits_is_orderly),
		cmocka_unit_test(a_helper_that_exits_without_a_word_is_abrupt),
		cmocka_unit_test(a_helper_that_is_killed_is_abrupt),
		cmocka_unit_test(
		    a_helper_that_breaks_the_protocol_is_dropped_and_abrupt),
		cmocka_unit_test(
		    a_helper_that_lingers_after_its_end_is_overdue),
		cmocka_unit_test(
		    who_holds_a_copy_of_a_dead_helpers_end_is_named_and_killed),
		cmocka_unit_test(the_ends_are_counted_in_status),
		cmocka_unit_test(
		    a_flood_that_is_never_read_ends_by_its_deadline_only),
		cmocka_unit_test(a_grace_begins_when_the_end_is_said),
		cmocka_unit_test(sigterm_ends_all_in_an_orderly_way),
	};

	if (geteuid() != 0) {
		print_message("SKIP: needs root\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, start, stop);
}
