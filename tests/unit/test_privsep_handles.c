/* SPDX-License-Identifier: ISC */
#include "tests/unit/privsep_handle_fixture.h"

#include <poll.h>

static void
more_handles_than_places_wait_for_each_other(void **state)
{
	struct privsep *handles[HANDLES];
	struct talk t;
	size_t n = 0;

	(void)state;
	begin(&t);
	for (size_t i = 0; i < HANDLES; i++) {
		handles[i] = handle_of(&t);
		assert_int_equal(open_with(handles[i]), -EINPROGRESS);
	}
	assert_int_equal(requests_sent(&t), 1 + PLACES);
	for (uint32_t i = 0; i < HANDLES; i++) {
		answer(&t, FIRST_ID + i, -ENOENT);
		assert_int_equal(privsep_process(t.conversation), 0);
		for (size_t j = 0; j < HANDLES; j++)
			if (handles[j] != NULL &&
			    open_with(handles[j]) == -ENOENT) {
				privsep_free(handles[j]);
				handles[j] = NULL;
				n++;
			}
		assert_int_equal(n, i + 1);
	}
	assert_int_equal(requests_sent(&t), HANDLES - PLACES);
	finish(&t);
}

static void
handles_that_wait_for_clients_leave_room_for_the_rest(void **state)
{
	struct talk t;

	(void)state;
	begin(&t);
	for (size_t i = 0; i < HANDLES; i++)
		assert_int_equal(privsep_accept(handle_of(&t), NULL),
		    -EINPROGRESS);
	assert_int_equal(requests_sent(&t), 1 + ACCEPTS);
	answer(&t, FIRST_ID + ACCEPTS, -ENOENT);
	assert_int_equal(open_with(t.conversation), -ENOENT);
	finish(&t);
}

static void
what_was_cancelled_or_freed_is_discarded_when_it_comes(void **state)
{
	struct privsep *handle, *other;
	struct talk t;
	size_t before;

	(void)state;
	begin(&t);
	handle = handle_of(&t);
	other = handle_of(&t);
	before = test_fds_count();
	assert_int_equal(open_with(handle), -EINPROGRESS);
	assert_int_equal(open_with(other), -EINPROGRESS);
	privsep_cancel(handle);
	privsep_free(other);
	assert_int_equal(open_with(handle), -EINPROGRESS);
	answer(&t, FIRST_ID, 0);
	answer(&t, FIRST_ID + 1, 0);
	answer(&t, FIRST_ID + 2, -ENOENT);
	assert_int_equal(privsep_process(t.conversation), 0);
	assert_int_equal(test_fds_count(), before);
	assert_int_equal(open_with(handle), -ENOENT);
	/* Come and not taken: closed as well. */
	assert_int_equal(open_with(handle), -EINPROGRESS);
	answer(&t, FIRST_ID + 3, 0);
	assert_int_equal(privsep_process(t.conversation), 0);
	assert_int_equal(test_fds_count(), before + 1);
	privsep_cancel(handle);
	assert_int_equal(test_fds_count(), before);
	finish(&t);
}

static void
answers_that_nobody_wants_are_discarded(void **state)
{
	struct privsep *log = NULL;
	struct talk t;

	(void)state;
	begin(&t);
	assert_int_equal(privsep_handle_new(&log, t.conversation,
			     PRIVSEP_DISCARD),
	    0);
	for (int i = 0; i < PLACES; i++)
		assert_int_equal(privsep_log(log, 6, "%d", i), -EINPROGRESS);
	assert_int_equal(privsep_log(log, 6, "one too many"), -EBUSY);
	assert_int_equal(requests_sent(&t), 1 + PLACES);
	for (uint32_t i = 0; i < PLACES; i++)
		send_record(t.daemon, PSD_FRAME_REPLY, PSD_OP_log, FIRST_ID + i,
		    0, NULL, 0, NULL, 0);
	assert_int_equal(privsep_process(t.conversation), 0);
	assert_int_equal(privsep_log(log, 6, "again"), -EINPROGRESS);
	finish(&t);
}

static void
the_end_reaches_every_handle(void **state)
{
	struct privsep *asked, *unsent = NULL;
	struct talk t;

	(void)state;
	begin(&t);
	asked = handle_of(&t);
	assert_int_equal(open_with(asked), -EINPROGRESS);
	for (int i = 0; i < PLACES; i++) {
		unsent = handle_of(&t);
		assert_int_equal(open_with(unsent), -EINPROGRESS);
	}
	assert_int_equal(privsep_events(t.conversation), POLLIN);
	psd_fd_close(t.daemon);
	t.daemon = PSD_NO_FD;
	assert_int_equal(privsep_process(t.conversation), -EPIPE);
	assert_int_equal(privsep_events(t.conversation), 0);
	assert_int_equal(open_with(asked), -EPIPE);
	assert_int_equal(open_with(unsent), -EPIPE);
	assert_int_equal(open_with(handle_of(&t)), -EPIPE);
	finish(&t);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(more_handles_than_places_wait_for_each_other),
		cmocka_unit_test(
		    handles_that_wait_for_clients_leave_room_for_the_rest),
		cmocka_unit_test(
		    what_was_cancelled_or_freed_is_discarded_when_it_comes),
		cmocka_unit_test(answers_that_nobody_wants_are_discarded),
		cmocka_unit_test(the_end_reaches_every_handle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
