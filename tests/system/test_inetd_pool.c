/* SPDX-License-Identifier: ISC */
/* Servers that are started before their client comes (Instances=). */
#include "tests/system/inetd_fixture.h"
#include "tests/support/child.h"
#include "tests/support/ledger.h"

#include <signal.h>

enum { PIDS_MAX = 8 };

static int
start_pools(void **state)
{
	(void)state;
	inetd_prepare();
	server("two", "/bin/cat", "Instances=2..4");
	server("first", "%c half", "Instances=1..4");
	server("early", "/bin/true",
	    "Instances=1..2\nRestartSec=10ms\nStartLimitBurst=3");
	server("few", "/bin/cat", "Instances=1..2\nMaxConnections=9");
	server("short", "/bin/cat", "Instances=1..2\nRuntimeMaxSec=400ms");
	server("other", "/bin/cat", "Instances=2..4");
	daemon_rig_start(&rig);
	return 0;
}

/* The processes of a service, in the order of their birth. */
static int
pids_of(const char *service, long pids[static PIDS_MAX])
{
	static const char key[] = "\"pid\": ";
	const char *text;
	int n = 0;

	assert_int_equal(daemon_rig_ctl(&rig, &text, "--json", "status",
			     service, NULL),
	    0);
	text = strstr(text, "\"instances\": [");
	while (text != NULL && (text = strstr(text, key)) != NULL) {
		assert_true(n < PIDS_MAX);
		text += strlen(key);
		pids[n++] = strtol(text, NULL, 10);
	}
	return n;
}

static void
expect_pids(const char *service, int n, long pids[static PIDS_MAX])
{
	for (int msec = 0; msec < DEADLINE_MSEC; msec += TEST_GLIMPSE) {
		if (pids_of(service, pids) == n)
			return;
		(void)poll(NULL, 0, TEST_GLIMPSE);
	}
	fail_msg("%s: %d instances, not %d", service, pids_of(service, pids),
	    n);
}

static bool
logs(const char *service, long pid, const char *what)
{
	char line[256];

	(void)snprintf(line, sizeof(line), "%s[%ld]: %s", service, pid, what);
	return daemon_rig_logs(&rig, line);
}

static void
a_client_is_given_to_the_one_that_waited_longest(void **state)
{
	long before[PIDS_MAX], after[PIDS_MAX];
	int fd;

	(void)state;
	expect_pids("two", 2, before);
	fd = daemon_rig_connect(&rig, "two");
	assert_int_equal(send(fd, "x", 1, MSG_NOSIGNAL), 1);
	expect_line(fd, "x");
	/* And another one is started in its place. */
	expect_pids("two", 3, after);
	assert_int_equal(shutdown(fd, SHUT_WR), 0);
	expect_end(fd);
	(void)close(fd);
	assert_true(logs("two", before[0], "ended: orderly (exit status 0)"));
	expect_pids("two", 2, after);
	assert_int_equal(after[0], before[1]);
}

static void
what_it_said_while_it_waited_reaches_its_client(void **state)
{
	(void)state;
	check_half("first");
}

static void
one_that_does_not_wait_is_told_from_others_and_held_back(void **state)
{
	(void)state;
	assert_true(daemon_rig_logs(&rig,
	    "ended: abrupt (exit status 0, before it had a client)"));
	assert_true(daemon_rig_logs(&rig, "early: held back: "));
}

/*
 * Its program is gone, and nobody has awaited it.  Its table of descriptors is
 * gone from /proc a moment before what is in it is closed.
 */
static void
kill_and_see(long pid)
{
	assert_int_equal(kill((pid_t)pid, SIGKILL), 0);
	while (ledger_state_of((pid_t)pid) != 'Z')
		(void)poll(NULL, 0, 1);
}

static void
one_that_dies_while_it_waits_is_replaced_and_never_used(void **state)
{
	long before[PIDS_MAX], after[PIDS_MAX];
	int fd;

	(void)state;
	expect_pids("two", 2, before);
	/* The daemon may look at the client before it hears of the end. */
	assert_int_equal(kill(rig.pid, SIGSTOP), 0);
	fd = daemon_rig_connect(&rig, "two");
	kill_and_see(before[0]);
	assert_int_equal(kill(rig.pid, SIGCONT), 0);
	assert_int_equal(send(fd, "x", 1, MSG_NOSIGNAL), 1);
	expect_line(fd, "x");
	assert_true(logs("two", before[0],
	    "ended: abrupt (killed by SIGKILL, before it had a client)"));
	(void)close(fd);
	assert_true(logs("two", before[1], "ended: "));
	expect_pids("two", 2, after);
	assert_int_not_equal(after[0], before[0]);
	assert_int_not_equal(after[0], before[1]);
}

static void
beyond_the_upper_bound_clients_wait(void **state)
{
	int fds[3];

	(void)state;
	for (int i = 0; i < 3; i++) {
		fds[i] = daemon_rig_connect(&rig, "few");
		assert_int_equal(send(fds[i], "x", 1, MSG_NOSIGNAL), 1);
	}
	expect_line(fds[0], "x");
	expect_line(fds[1], "x");
	assert_false(is_readable(fds[2], TEST_GLIMPSE));
	(void)close(fds[0]);
	expect_line(fds[2], "x");
	(void)close(fds[1]);
	(void)close(fds[2]);
}

static void
its_time_begins_with_its_client(void **state)
{
	long pids[PIDS_MAX];
	int fd;

	(void)state;
	expect_pids("short", 1, pids);
	fd = daemon_rig_connect(&rig, "short");
	assert_int_equal(send(fd, "x", 1, MSG_NOSIGNAL), 1);
	expect_line(fd, "x");
	expect_end(fd);
	(void)close(fd);
	/* The same that was there before, which took longer than its time. */
	assert_true(logs("short", pids[0], "has run for RuntimeMaxSec="));
}

static void
a_new_policy_ends_those_that_wait_by_the_old_one(void **state)
{
	long before[PIDS_MAX], after[PIDS_MAX];
	const char *text;

	(void)state;
	expect_pids("other", 2, before);
	server("other", "/bin/cat", "Instances=1..4");
	assert_int_equal(daemon_rig_ctl(&rig, &text, "reload", NULL), 0);
	assert_true(logs("other", before[0], "ended: orderly"));
	assert_true(logs("other", before[1], "ended: orderly"));
	expect_pids("other", 1, after);
	assert_int_not_equal(after[0], before[0]);
	assert_int_not_equal(after[0], before[1]);
	assert_int_equal(daemon_rig_ctl(&rig, &text, "stop", "other", NULL), 0);
	assert_true(logs("other", after[0], "ended: orderly"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_client_is_given_to_the_one_that_waited_longest),
		cmocka_unit_test(
		    what_it_said_while_it_waited_reaches_its_client),
		cmocka_unit_test(
		    one_that_does_not_wait_is_told_from_others_and_held_back),
		cmocka_unit_test(
		    one_that_dies_while_it_waits_is_replaced_and_never_used),
		cmocka_unit_test(beyond_the_upper_bound_clients_wait),
		cmocka_unit_test(its_time_begins_with_its_client),
		cmocka_unit_test(
		    a_new_policy_ends_those_that_wait_by_the_old_one),
	};

	return cmocka_run_group_tests(tests, start_pools, stop);
}
