/* SPDX-License-Identifier: ISC */
#include "tests/unit/privsep_timeout_fixture.h"

#include <unistd.h>

static void
a_client_who_comes_late_stays_for_the_next_accept(void **state)
{
	const int fd = STDIN_FILENO;
	static const unsigned char third[4] = { 3 };
	uint32_t listener = 0;
	struct talk t;
	int got;

	(void)state;
	begin_with_limit(&t, SHORT_USEC);
	for (int i = 0; i < 20; i++)
		assert_int_equal(privsep_accept(t.conversation, NULL),
		    -ETIMEDOUT);
	/* However often: it was asked for once. */
	assert_int_equal(requests_sent(&t), 2);
	send_record(t.daemon, PSD_FRAME_REPLY, PSD_OP_accept, FIRST_ID, 0,
	    third, sizeof(third), &fd, 1);
	refuse(&t, PSD_OP_open, FIRST_ID + 1);
	assert_int_equal(open_x(&t), -ENOENT);
	got = privsep_accept(t.conversation, &listener);
	assert_true(got >= 0);
	assert_int_equal(listener, 3);
	(void)close(got);
	assert_int_equal(requests_sent(&t), 1);
	assert_int_equal(privsep_accept(t.conversation, NULL), -ETIMEDOUT);
	assert_int_equal(requests_sent(&t), 1);
	finish(&t);
}

static void
a_client_who_comes_late_can_be_taken_by_an_event_loop(void **state)
{
	const int fd = STDIN_FILENO;
	struct talk t;
	int got;

	(void)state;
	begin_with_limit(&t, SHORT_USEC);
	assert_int_equal(privsep_accept(t.conversation, NULL), -ETIMEDOUT);
	assert_int_equal(privsep_accept_take(t.conversation, NULL), -EAGAIN);
	assert_int_equal(privsep_accept_ask(t.conversation), 0);
	assert_int_equal(requests_sent(&t), 2);
	send_record(t.daemon, PSD_FRAME_REPLY, PSD_OP_accept, FIRST_ID, 0,
	    "\0\0\0", 4, &fd, 1);
	got = privsep_accept_take(t.conversation, NULL);
	assert_true(got >= 0);
	(void)close(got);
	finish(&t);
}

static void
a_late_client_whom_nobody_takes_is_closed_in_the_end(void **state)
{
	const int fd = STDIN_FILENO;
	struct talk t;

	(void)state;
	begin_with_limit(&t, SHORT_USEC);
	assert_int_equal(privsep_accept(t.conversation, NULL), -ETIMEDOUT);
	send_record(t.daemon, PSD_FRAME_REPLY, PSD_OP_accept, FIRST_ID, 0,
	    "\0\0\0", 4, &fd, 1);
	assert_int_equal(open_x(&t), -ETIMEDOUT);
	finish(&t);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_client_who_comes_late_stays_for_the_next_accept),
		cmocka_unit_test(
		    a_client_who_comes_late_can_be_taken_by_an_event_loop),
		cmocka_unit_test(
		    a_late_client_whom_nobody_takes_is_closed_in_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
