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

/* The end of a program is told once; who gave up waiting asks for it again. */
static void
a_program_that_ends_late_is_told_to_the_next_who_waits_for_it(void **state)
{
	static const unsigned char body[12] = { 1, 0, 0, 0, 0, 0, 0, 0, 3 };
	struct privsep_program_end end = { 0 };
	struct talk t;

	(void)state;
	begin_with_limit(&t, SHORT_USEC);
	assert_int_equal(privsep_wait_program(t.conversation, 7, &end),
	    -ETIMEDOUT);
	assert_int_equal(privsep_wait_program(t.conversation, 8, &end),
	    -ETIMEDOUT);
	assert_int_equal(privsep_wait_program(t.conversation, 7, &end),
	    -ETIMEDOUT);
	assert_int_equal(requests_sent(&t), 3);
	send_record(t.daemon, PSD_FRAME_REPLY, PSD_OP_wait_program, FIRST_ID, 0,
	    body, sizeof(body), NULL, 0);
	assert_int_equal(privsep_wait_program(t.conversation, 8, &end),
	    -ETIMEDOUT);
	assert_int_equal(privsep_wait_program(t.conversation, 7, &end), 0);
	assert_int_equal(end.status, 3);
	assert_int_equal(requests_sent(&t), 0);
	finish(&t);
}

static void
those_who_wait_for_programs_leave_room_for_the_rest(void **state)
{
	struct privsep_program_end end = { 0 };
	struct talk t;
	uint32_t sent;

	(void)state;
	begin_with_limit(&t, 1000);
	for (uint32_t i = 0; i < 30; i++)
		assert_int_equal(privsep_wait_program(t.conversation, i, &end),
		    -ETIMEDOUT);
	sent = (uint32_t)requests_sent(&t) - 1;
	assert_in_range(sent, 1, 15);
	privsep_set_timeout(t.conversation, 0);
	refuse(&t, PSD_OP_open, FIRST_ID + sent);
	assert_int_equal(open_x(&t), -ENOENT);
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
		cmocka_unit_test(
		    a_program_that_ends_late_is_told_to_the_next_who_waits_for_it),
		cmocka_unit_test(
		    those_who_wait_for_programs_leave_room_for_the_rest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
