/* SPDX-License-Identifier: ISC */
#include "tests/support/valgrind.h"
#include "tests/unit/privsep_raw_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

static void
a_helper_without_room_for_a_descriptor_goes_on(void **state)
{
	const int fd = STDIN_FILENO;
	const int limit = dup(STDIN_FILENO);
	struct rlimit whole, narrow;
	struct talk t;
	int got;

	(void)state;
	if (test_under_valgrind()) {
		print_message("SKIP: valgrind has limits of its own\n");
		skip();
	}
	assert_true(limit >= 0);
	(void)close(limit);
	begin(&t);
	send_record(t.daemon, PSD_FRAME_REPLY, PSD_OP_open, FIRST_ID, 0, NULL,
	    0, &fd, 1);
	send_record(t.daemon, PSD_FRAME_REPLY, PSD_OP_open, FIRST_ID + 1, 0,
	    NULL, 0, &fd, 1);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &whole), 0);
	narrow = whole;
	narrow.rlim_cur = (rlim_t)limit;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &narrow), 0);
	got = privsep_open(t.conversation, "/x", O_RDONLY, 0);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &whole), 0);
	assert_int_equal(got, -EMFILE);
	got = privsep_open(t.conversation, "/x", O_RDONLY, 0);
	assert_true(got >= 0);
	(void)close(got);
	finish(&t);
}

static void
replies_of_waiting_requests_may_come_in_any_order(void **state)
{
	const int fd = STDIN_FILENO;
	static const unsigned char second[4] = { 1 }, first[4] = { 0 };
	uint32_t listener = 9;
	struct talk t;
	int got;

	(void)state;
	begin(&t);
	assert_int_equal(privsep_accept_ask(t.conversation), 0);
	assert_int_equal(privsep_accept_ask(t.conversation), 0);
	assert_int_equal(privsep_accept_take(t.conversation, NULL), -EAGAIN);
	send_record(t.daemon, PSD_FRAME_REPLY, PSD_OP_accept, FIRST_ID + 1, 0,
	    second, sizeof(second), &fd, 1);
	send_record(t.daemon, PSD_FRAME_REPLY, PSD_OP_open, FIRST_ID + 2,
	    -ENOENT, NULL, 0, NULL, 0);
	send_record(t.daemon, PSD_FRAME_REPLY, PSD_OP_accept, FIRST_ID, 0,
	    first, sizeof(first), &fd, 1);
	assert_int_equal(privsep_open(t.conversation, "/x", O_RDONLY, 0),
	    -ENOENT);
	got = privsep_accept_take(t.conversation, &listener);
	assert_true(got >= 0);
	assert_int_equal(listener, 1);
	(void)close(got);
	got = privsep_accept_take(t.conversation, &listener);
	assert_true(got >= 0);
	assert_int_equal(listener, 0);
	(void)close(got);
	assert_int_equal(privsep_accept_take(t.conversation, NULL), -EAGAIN);
	finish(&t);
}

static void
connections_that_nobody_took_are_closed(void **state)
{
	const int fd = STDIN_FILENO;
	struct talk t;

	(void)state;
	begin(&t);
	assert_int_equal(privsep_accept_ask(t.conversation), 0);
	send_record(t.daemon, PSD_FRAME_REPLY, PSD_OP_accept, FIRST_ID, 0,
	    "\0\0\0", 4, &fd, 1);
	send_record(t.daemon, PSD_FRAME_REPLY, PSD_OP_open, FIRST_ID + 1,
	    -ENOENT, NULL, 0, NULL, 0);
	assert_int_equal(privsep_open(t.conversation, "/x", O_RDONLY, 0),
	    -ENOENT);
	finish(&t);
}

static void
too_many_waiting_accepts_are_busy(void **state)
{
	struct talk t;
	int n = 0;

	(void)state;
	begin(&t);
	while (n < 100 && privsep_accept_ask(t.conversation) == 0)
		n++;
	assert_in_range(n, 1, 16);
	assert_int_equal(privsep_accept_ask(t.conversation), -EBUSY);
	/* There is room for the rest. */
	send_record(t.daemon, PSD_FRAME_REPLY, PSD_OP_open,
	    FIRST_ID + (uint32_t)n, -ENOENT, NULL, 0, NULL, 0);
	assert_int_equal(privsep_open(t.conversation, "/x", O_RDONLY, 0),
	    -ENOENT);
	finish(&t);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_helper_without_room_for_a_descriptor_goes_on),
		cmocka_unit_test(
		    replies_of_waiting_requests_may_come_in_any_order),
		cmocka_unit_test(connections_that_nobody_took_are_closed),
		cmocka_unit_test(too_many_waiting_accepts_are_busy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
