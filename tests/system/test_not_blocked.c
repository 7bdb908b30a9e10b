/* SPDX-License-Identifier: ISC */
/*
 * The daemon has one thread, so whatever kept it waiting would keep everybody
 * waiting.  One helper's pings are timed while others do what might.
 */
#include "common/fd.h"
#include "common/mem.h"
#include "tests/support/child.h"
#include "tests/support/daemon_rig.h"
#include "tests/support/latency.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { LOG_SIZE = 4096 };

static struct daemon_rig rig;
static int log_reader =
    PSD_NO_FD;                /* the daemon's log, which we may stop to read */
static int quick = PSD_NO_FD; /* whose pings are timed */
static int other = PSD_NO_FD; /* who does what might keep it */
static pid_t busy = -1;       /* lets it do so, again and again */

static int
run_daemon(void *argument)
{
	char program[PATH_MAX], policies[PATH_MAX], run[PATH_MAX];
	char settings[PATH_MAX];
	const int *end = argument;

	(void)snprintf(program, sizeof(program), "%s/privsepd", getenv("B"));
	(void)snprintf(policies, sizeof(policies), "%s/policies", rig.dir);
	(void)snprintf(run, sizeof(run), "%s/run", rig.dir);
	if (dup2(*end, STDOUT_FILENO) < 0 || dup2(*end, STDERR_FILENO) < 0)
		return 97;
	(void)snprintf(settings, sizeof(settings), "%s/privsepd.conf", rig.dir);
	(void)execl(program, program, "--policy-dir", policies, "--runtime-dir",
	    run, "--config", settings, (char *)NULL);
	return 98;
}

/* Reads what there is of the log by the deadline; is text in it? */
static bool
logs(const char *text)
{
	static char said[LOG_SIZE];
	size_t len = 0;

	while (len < sizeof(said) - 1 &&
	    test_poll(log_reader, POLLIN, TEST_DEADLINE) != 0) {
		const ssize_t n =
		    read(log_reader, said + len, sizeof(said) - 1 - len);

		if (n <= 0)
			return false;
		len += (size_t)n;
		said[len] = '\0';
		if (strstr(said, text) != NULL)
			return true;
	}
	return false;
}

static int
start(void **state)
{
	int ends[2];
	char path[PATH_MAX];

	(void)state;
	daemon_rig_prepare(&rig);
	daemon_rig_puppet(&rig, "quick", "", "");
	daemon_rig_puppet(&rig, "other", "",
	    "AllowOpen=read %s/files/**\nAllowLog=debug\n"
	    "AllowRun=sleeper\nRequestTimeoutSec=1h");
	daemon_rig_write(&rig, "policies/sleeper.policy",
	    "[Helper]\nType=program\n"
	    "ExecStart=/bin/sh -c \"echo $$; read line\"\n[Policy]\n"
	    "SystemCallFilter=@helper @loader @basic-io getcwd\n"
	    "AllowOpen=@runtime\n");
	(void)snprintf(path, sizeof(path), "%s/files/fifo", rig.dir);
	assert_int_equal(mkfifo(path, 0644), 0);
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	log_reader = ends[0];
	rig.pid = test_child_start(run_daemon, &ends[1]);
	assert_true(rig.pid > 0);
	psd_fd_close(ends[1]);
	assert_true(logs("ready: "));
	quick = daemon_rig_connect(&rig, "quick");
	other = daemon_rig_connect(&rig, "other");
	return 0;
}

static int
stop(void **state)
{
	(void)state;
	if (busy > 0)
		test_child_kill(busy);
	busy = -1;
	psd_fd_cleanup(&quick);
	psd_fd_cleanup(&other);
	psd_fd_cleanup(&log_reader);
	daemon_rig_clean(&rig);
	return 0;
}

static int
keep_saying(void *argument)
{
	const char *line = argument;

	for (;;)
		(void)daemon_rig_say(other, "%s", line);
	return 0;
}

static void
let_other_say(const char *line)
{
	static char said[PATH_MAX];

	(void)snprintf(said, sizeof(said), "%s", line);
	busy = test_child_start(keep_saying, said);
	assert_true(busy > 0);
}

static void
a_fifo_without_a_writer_keeps_nobody_waiting(void **state)
{
	const struct latency alone = latency_of_pings(quick, "ping 1");
	char line[PATH_MAX];

	(void)state;
	(void)snprintf(line, sizeof(line), "read %s/files/fifo", rig.dir);
	assert_string_equal(daemon_rig_say(other, "%s", line), "-1");
	let_other_say(line);
	latency_compare(alone, quick, "ping 1", "a FIFO being asked for");
}

static void
a_log_that_nobody_reads_keeps_nobody_waiting(void **state)
{
	const struct latency alone = latency_of_pings(quick, "ping 1");
	char line[1024];

	(void)state;
	memset(line, 'x', sizeof(line) - 1);
	memcpy(line, "log ", 4);
	line[sizeof(line) - 1] = '\0';
	/* More than a pipe holds; each is answered. */
	for (int i = 0; i < 200; i++)
		assert_string_equal(daemon_rig_say(other, "%s", line), "0");
	let_other_say(line);
	latency_compare(alone, quick, "ping 1", "a log that nobody reads");
}

static void
a_helper_that_was_stopped_keeps_nobody_waiting(void **state)
{
	const struct latency alone = latency_of_pings(quick, "ping 1");
	const pid_t pid = atoi(daemon_rig_say(other, "pid"));

	(void)state;
	assert_true(pid > 1);
	assert_true(atoi(daemon_rig_say(other, "flood 100000")) > 0);
	assert_int_equal(kill(pid, SIGSTOP), 0);
	latency_compare(alone, quick, "ping 1",
	    "a helper that does not read its replies");
	assert_int_equal(kill(pid, SIGKILL), 0);
}

/* Its helper waits for its end, which does not come. */
static void
a_program_that_was_stopped_keeps_nobody_waiting(void **state)
{
	const struct latency alone = latency_of_pings(quick, "ping 1");
	unsigned handle;
	char line[64];
	pid_t pid;

	(void)state;
	assert_int_equal(sscanf(daemon_rig_say(other, "run sleeper"), "0 %u",
			     &handle),
	    1);
	pid = atoi(daemon_rig_say(other, "output"));
	assert_true(pid > 1);
	assert_int_equal(kill(pid, SIGSTOP), 0);
	(void)snprintf(line, sizeof(line), "await %u", handle);
	let_other_say(line);
	latency_compare(alone, quick, "ping 1",
	    "a stopped program that is awaited");
	assert_int_equal(kill(pid, SIGKILL), 0);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)
		TEST(a_fifo_without_a_writer_keeps_nobody_waiting),
		TEST(a_log_that_nobody_reads_keeps_nobody_waiting),
		TEST(a_helper_that_was_stopped_keeps_nobody_waiting),
		TEST(a_program_that_was_stopped_keeps_nobody_waiting),
#undef TEST
	};

	if (geteuid() != 0) {
		print_message("SKIP: needs root\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
