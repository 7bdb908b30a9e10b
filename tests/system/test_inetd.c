/* SPDX-License-Identifier: ISC */
#include "tests/system/inetd_fixture.h"

#include <errno.h>

enum {
	BIG = 4 << 20,
	LOT = 1 << 20, /* of closer's "deaf", beside its first line */
};

/* Both ways at once, since neither has room for all of it. */
static void
exchange(int fd, const char *out, char *in, size_t len)
{
	size_t sent = 0, got = 0;

	while (got < len) {
		struct pollfd look = { .fd = fd, .events = POLLIN };
		ssize_t n;

		if (sent < len)
			look.events |= POLLOUT;
		assert_true(poll(&look, 1, DEADLINE_MSEC) > 0);
		if ((look.revents & POLLOUT) != 0) {
			n = send(fd, out + sent, len - sent, MSG_DONTWAIT);
			assert_true(n > 0 || errno == EAGAIN);
			sent += n > 0 ? (size_t)n : 0;
			if (sent == len)
				assert_int_equal(shutdown(fd, SHUT_WR), 0);
		}
		if ((look.revents & POLLIN) == 0)
			continue;
		n = recv(fd, in + got, len - got, 0);
		assert_true(n > 0);
		got += (size_t)n;
	}
}

static void
check_whole_answer(int fd)
{
	_cleanup_free_ char *out = malloc(BIG);
	_cleanup_free_ char *in = malloc(BIG);

	assert_non_null(out);
	assert_non_null(in);
	for (size_t i = 0; i < BIG; i++)
		out[i] = (char)(i * 31 + i / 4099);
	exchange(fd, out, in, BIG);
	assert_memory_equal(in, out, BIG);
	expect_end(fd);
	(void)close(fd);
}

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
	};

	return cmocka_run_group_tests(tests, start, stop);
}
