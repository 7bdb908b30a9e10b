/* SPDX-License-Identifier: ISC */
#include "tests/system/inetd_fixture.h"

enum {
	LOT = 1 << 20, /* of closer's "deaf", beside its first line */
	SLOW = 36,
};

static void
a_client_that_half_closes_gets_the_whole_answer(void **state)
{
	(void)state;
	check_whole_answer(connect_tcp());
	check_whole_answer(daemon_rig_connect(&rig, "echo"));
	assert_true(daemon_rig_logs(&rig, "ended: orderly (exit status 0)"));
}

static void
a_server_that_half_closes_first_hears_the_rest(void **state)
{
	(void)state;
	check_half("half");
}

static void
an_answer_outlives_its_server_until_it_was_read(void **state)
{
	const int fd = daemon_rig_connect(&rig, "deaf");
	_cleanup_free_ char *in = malloc(LOT + 64);

	(void)state;
	assert_non_null(in);
	/* Which the server never reads. */
	assert_int_equal(send(fd, "unread", 6, MSG_NOSIGNAL), 6);
	(void)poll(NULL, 0, 200);
	assert_int_equal(read_all(fd, in, LOT + 64), LOT + 6);
	(void)close(fd);
	assert_true(daemon_rig_logs(&rig, "ended: orderly"));
}

static void
a_client_that_vanishes_ends_its_helper(void **state)
{
	const struct linger reset = { .l_onoff = 1, .l_linger = 0 };
	const int fd = daemon_rig_connect(&rig, "stay");
	const int tcp = connect_tcp();

	(void)state;
	expect_line(fd, "first\n");
	(void)close(fd);
	/* It hears of it, has its grace, and does not go. */
	assert_true(daemon_rig_logs(&rig, "stderr: read 0"));
	assert_true(daemon_rig_logs(&rig, "ended: overdue (killed by SIGKILL"));
	assert_int_equal(send(tcp, "x", 1, MSG_NOSIGNAL), 1);
	expect_line(tcp, "x");
	assert_int_equal(setsockopt(tcp, SOL_SOCKET, SO_LINGER, &reset,
			     sizeof(reset)),
	    0);
	(void)close(tcp);
	/* It exited by itself, but not all can have been delivered. */
	assert_true(daemon_rig_logs(&rig, "ended: abrupt (exit status 0)"));
}

static void
a_signal_is_an_abrupt_end_and_what_was_said_is_delivered(void **state)
{
	const int fd = daemon_rig_connect(&rig, "crash");

	(void)state;
	expect_line(fd, "first\n");
	expect_end(fd);
	(void)close(fd);
	assert_true(daemon_rig_logs(&rig, "ended: abrupt (killed by SIG"));
}

static void
a_slow_reader_stalls_only_its_own_helper(void **state)
{
	const int slow = daemon_rig_connect(&rig, "deaf");

	(void)state;
	/* Its queues are full by now, and it does not read. */
	assert_true(is_readable(slow, DEADLINE_MSEC));
	(void)poll(NULL, 0, 200);
	for (int i = 0; i < 3; i++)
		check_whole_answer(connect_tcp());
	(void)close(slow);
}

static void
begin_slow(int slow[static SLOW])
{
	for (int i = 0; i < SLOW; i++)
		slow[i] = connect_port(port + 3);
	for (int i = 0; i < SLOW; i++)
		assert_true(is_readable(slow[i], DEADLINE_MSEC));
}

/*
 * More of them than the relay has pipes to keep what they do not read: nobody
 * else waits, and nothing is lost.
 */
static void
many_slow_readers_stall_nobody_and_lose_nothing(void **state)
{
	static char in[LOT + 64], want[LOT + 6 + 1] = "first\n";
	int slow[SLOW];

	(void)state;
	for (size_t at = 6; at < LOT + 6; at += 16)
		memcpy(want + at, "0123456789abcde\n", 17);
	begin_slow(slow);
	check_whole_answer(connect_tcp());
	for (int i = 0; i < SLOW; i++) {
		assert_int_equal(read_all(slow[i], in, sizeof(in)), LOT + 6);
		(void)close(slow[i]);
		assert_memory_equal(in, want, LOT + 6);
	}
}

/* Also what the relay has kept for them. */
static void
what_clients_leave_unread_reaches_nobody_else(void **state)
{
	int slow[SLOW];

	(void)state;
	begin_slow(slow);
	for (int i = 0; i < SLOW; i++)
		(void)close(slow[i]);
	check_whole_answer(connect_tcp());
}

/* More than goes into its pair, and it reads nothing of it. */
static void
what_a_server_does_not_read_does_not_harm_its_answer(void **state)
{
	static char much[LOT];
	static char in[LOT + 64];
	const int fd = connect_port(port + 3);
	size_t sent = 0;
	ssize_t n;

	(void)state;
	assert_true(is_readable(fd, DEADLINE_MSEC));
	do {
		n = send(fd, much, LOT, MSG_DONTWAIT);
		sent += n > 0 ? (size_t)n : 0;
	} while (n > 0 && sent < LOT);
	assert_true(sent > 0);
	assert_int_equal(read_all(fd, in, sizeof(in)), LOT + 6);
	(void)close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_client_that_half_closes_gets_the_whole_answer),
		cmocka_unit_test(
		    a_server_that_half_closes_first_hears_the_rest),
		cmocka_unit_test(
		    an_answer_outlives_its_server_until_it_was_read),
		cmocka_unit_test(a_client_that_vanishes_ends_its_helper),
		cmocka_unit_test(
		    a_signal_is_an_abrupt_end_and_what_was_said_is_delivered),
		cmocka_unit_test(a_slow_reader_stalls_only_its_own_helper),
		cmocka_unit_test(
		    many_slow_readers_stall_nobody_and_lose_nothing),
		cmocka_unit_test(what_clients_leave_unread_reaches_nobody_else),
		cmocka_unit_test(
		    what_a_server_does_not_read_does_not_harm_its_answer),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
