/* SPDX-License-Identifier: ISC */
#include "tests/support/child.h"
#include "tests/unit/privsep_timeout_fixture.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <time.h>
#include <unistd.h>

enum { LONG_USEC = 30000000, PLACES = 16 };

static int64_t
now_usec(void)
{
	struct timespec now;

	assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &now), 0);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void
a_request_without_an_answer_ends_after_the_limit_and_not_before(void **state)
{
	struct talk t;
	int64_t start;

	(void)state;
	begin_with_limit(&t, SHORT_USEC);
	start = now_usec();
	assert_int_equal(open_x(&t), -ETIMEDOUT);
	assert_true(now_usec() - start >= SHORT_USEC);
	finish(&t);
}

static void
an_answer_within_the_limit_is_taken(void **state)
{
	struct talk t;

	(void)state;
	begin_with_limit(&t, LONG_USEC);
	refuse(&t, PSD_OP_open, FIRST_ID);
	assert_int_equal(open_x(&t), -ENOENT);
	/* What would be beyond the clock's end is no limit at all. */
	privsep_set_timeout(t.conversation, UINT64_MAX);
	refuse(&t, PSD_OP_open, FIRST_ID + 1);
	assert_int_equal(open_x(&t), -ENOENT);
	finish(&t);
}

static void
a_late_descriptor_is_closed_and_nobody_elses(void **state)
{
	const int fd = STDIN_FILENO;
	struct talk t;
	size_t before;
	int got;

	(void)state;
	begin_with_limit(&t, SHORT_USEC);
	before = test_fds_count();
	assert_int_equal(open_x(&t), -ETIMEDOUT);
	send_record(t.daemon, PSD_FRAME_REPLY, PSD_OP_open, FIRST_ID, 0, NULL,
	    0, &fd, 1);
	refuse(&t, PSD_OP_open, FIRST_ID + 1);
	assert_int_equal(open_x(&t), -ENOENT);
	assert_int_equal(test_fds_count(), before);
	send_record(t.daemon, PSD_FRAME_REPLY, PSD_OP_open, FIRST_ID + 2, 0,
	    NULL, 0, &fd, 1);
	got = open_x(&t);
	assert_true(got >= 0);
	(void)close(got);
	finish(&t);
}

/* What answers no request that was ever made is as wrong as before. */
static void
a_late_answer_must_be_well_formed_and_comes_once(void **state)
{
	struct talk t;

	(void)state;
	begin_with_limit(&t, SHORT_USEC);
	assert_int_equal(open_x(&t), -ETIMEDOUT);
	refuse(&t, PSD_OP_stat, FIRST_ID);
	assert_int_equal(open_x(&t), -EPROTO);
	finish(&t);

	begin_with_limit(&t, SHORT_USEC);
	assert_int_equal(open_x(&t), -ETIMEDOUT);
	refuse(&t, PSD_OP_open, FIRST_ID);
	refuse(&t, PSD_OP_open, FIRST_ID);
	assert_int_equal(open_x(&t), -EPROTO);
	finish(&t);
}

static void
a_daemon_that_answers_nothing_holds_up_nobody_for_ever(void **state)
{
	struct talk t;

	(void)state;
	begin_with_limit(&t, 1000);
	/* More than may wait: their places are not given to others. */
	for (int i = 0; i < 2 * PLACES; i++)
		assert_int_equal(open_x(&t), -ETIMEDOUT);
	for (uint32_t i = 0; i < PLACES; i++)
		refuse(&t, PSD_OP_open, FIRST_ID + i);
	refuse(&t, PSD_OP_open, FIRST_ID + PLACES);
	privsep_set_timeout(t.conversation, 0);
	assert_int_equal(open_x(&t), -ENOENT);
	finish(&t);
}

static void
a_place_is_waited_for_by_receiving(void **state)
{
	struct talk t;

	(void)state;
	begin_with_limit(&t, 1000);
	for (int i = 0; i < PLACES; i++)
		assert_int_equal(open_x(&t), -ETIMEDOUT);
	privsep_set_timeout(t.conversation, 0);
	refuse(&t, PSD_OP_open, FIRST_ID + 3);
	refuse(&t, PSD_OP_open, FIRST_ID + PLACES);
	assert_int_equal(open_x(&t), -ENOENT);
	finish(&t);
}

static void
a_daemon_that_does_not_read_holds_up_nobody_for_ever(void **state)
{
	char path[4000];
	struct talk t;
	const int least = 1;
	size_t asked = 0;
	int r;

	(void)state;
	memset(path, 'x', sizeof(path));
	path[0] = '/';
	path[sizeof(path) - 1] = '\0';
	begin_with_limit(&t, 1000);
	assert_int_equal(setsockopt(privsep_fd(t.conversation), SOL_SOCKET,
			     SO_SNDBUF, &least, sizeof(least)),
	    0);
	for (int i = 0; i < PLACES; i++)
		assert_int_equal(privsep_unlink(t.conversation, path),
		    -ETIMEDOUT);
	asked = requests_sent(&t) - 1; /* hello */
	assert_in_range(asked, 1, PLACES - 1);
	refuse(&t, PSD_OP_unlink, FIRST_ID);
	/* The attempts that failed took ids, and no places. */
	r = privsep_unlink(t.conversation, path);
	assert_int_equal(r, -ETIMEDOUT);
	assert_int_equal(requests_sent(&t), 1);
	finish(&t);
}

/* Reads all that was sent until a request has a descriptor, and refuses it. */
static void *
wake_up_late(void *argument)
{
	const struct talk *t = argument;
	static struct psd_frame frame;
	static bool found;

	(void)poll(NULL, 0, TEST_GLIMPSE);
	for (found = false; !found;) {
		psd_frame_init(&frame);
		if (psd_frame_recv(t->daemon, 1, &frame) != PSD_HEARD_FRAME)
			break;
		found = frame.n_fds == 1;
		if (found)
			send_record(t->daemon, PSD_FRAME_REPLY, frame.op,
			    frame.id, -EACCES, NULL, 0, NULL, 0);
		psd_frame_clear(&frame);
	}
	return &found;
}

static void
a_descriptor_waits_with_its_request_for_room(void **state)
{
	const int least = 1;
	char path[4000];
	pthread_t other;
	struct talk t;
	void *found;

	(void)state;
	memset(path, 'x', sizeof(path));
	path[0] = '/';
	path[sizeof(path) - 1] = '\0';
	begin_with_limit(&t, 1000);
	assert_int_equal(setsockopt(privsep_fd(t.conversation), SOL_SOCKET,
			     SO_SNDBUF, &least, sizeof(least)),
	    0);
	for (int i = 0; i < PLACES; i++)
		assert_int_equal(privsep_unlink(t.conversation, path),
		    -ETIMEDOUT);
	privsep_set_timeout(t.conversation, 0);
	assert_int_equal(pthread_create(&other, NULL, wake_up_late, &t), 0);
	assert_int_equal(privsep_change_mode(t.conversation, "/x", STDIN_FILENO,
			     0600),
	    -EACCES);
	assert_int_equal(pthread_join(other, &found), 0);
	assert_true(*(bool *)found);
	finish(&t);
}

static void
an_end_that_the_daemon_does_not_say_is_waited_for_as_long(void **state)
{
	struct talk t;

	(void)state;
	begin_with_limit(&t, SHORT_USEC);
	assert_int_equal(privsep_end(t.conversation), -ETIMEDOUT);
	t.conversation = NULL;
	finish(&t);
}

static void *
accept_one(void *conversation)
{
	static int got;

	got = privsep_accept(conversation, NULL);
	return &got;
}

static void
a_limit_holds_while_another_thread_receives(void **state)
{
	struct talk t;
	pthread_t other;
	void *got;

	(void)state;
	begin(&t);
	assert_int_equal(pthread_create(&other, NULL, accept_one,
			     t.conversation),
	    0);
	/* hello and accept: the other thread has asked before the limit. */
	assert_true(test_poll(t.daemon, POLLIN, TEST_DEADLINE) != 0);
	while (requests_sent(&t) == 0 ||
	    test_poll(t.daemon, POLLIN, TEST_GLIMPSE) != 0)
		continue;
	privsep_set_timeout(t.conversation, SHORT_USEC);
	assert_int_equal(open_x(&t), -ETIMEDOUT);
	refuse(&t, PSD_OP_open, FIRST_ID + 1);
	send_record(t.daemon, PSD_FRAME_REPLY, PSD_OP_accept, FIRST_ID,
	    -ESHUTDOWN, NULL, 0, NULL, 0);
	assert_int_equal(pthread_join(other, &got), 0);
	assert_int_equal(*(int *)got, -ESHUTDOWN);
	finish(&t);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_request_without_an_answer_ends_after_the_limit_and_not_before),
		cmocka_unit_test(an_answer_within_the_limit_is_taken),
		cmocka_unit_test(a_late_descriptor_is_closed_and_nobody_elses),
		cmocka_unit_test(
		    a_late_answer_must_be_well_formed_and_comes_once),
		cmocka_unit_test(
		    a_daemon_that_answers_nothing_holds_up_nobody_for_ever),
		cmocka_unit_test(a_place_is_waited_for_by_receiving),
		cmocka_unit_test(
		    a_daemon_that_does_not_read_holds_up_nobody_for_ever),
		cmocka_unit_test(a_descriptor_waits_with_its_request_for_room),
		cmocka_unit_test(
		    an_end_that_the_daemon_does_not_say_is_waited_for_as_long),
		cmocka_unit_test(a_limit_holds_while_another_thread_receives),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
