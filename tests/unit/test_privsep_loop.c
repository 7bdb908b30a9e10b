/* SPDX-License-Identifier: ISC */
#include "tests/support/child.h"
#include "tests/unit/privsep_timeout_fixture.h"

#include <poll.h>
#include <unistd.h>

enum { PLACES = 16, MANY = 200, LONG = 4000 };

/* A handle, what its callback saw, and what it is to do. */
struct asking {
	struct privsep *handle;
	int n_calls;
	int result; /* of the last call */
	const char *path;
	struct privsep *to_free;
};

static void
call_again(struct privsep *handle, void *cookie)
{
	struct asking *a = cookie;

	assert_ptr_equal(handle, a->handle);
	a->n_calls++;
	a->result = privsep_unlink(handle, a->path);
	privsep_free(a->to_free);
	a->to_free = NULL;
}

static void
ask(const struct talk *t, struct asking *a, const char *path)
{
	*a = (struct asking){ .path = path };
	assert_int_equal(privsep_handle_new(&a->handle, t->conversation, 0), 0);
	privsep_set_callback(a->handle, call_again, a);
	a->result = privsep_unlink(a->handle, path);
}

static void
refuse_unlink(const struct talk *t, uint32_t id)
{
	refuse(t, PSD_OP_unlink, id);
}

static void
turn(const struct talk *t, int result)
{
	assert_int_equal(privsep_process(t->conversation), result);
}

static int
timeout_of(const struct talk *t)
{
	return privsep_next_timeout(t->conversation);
}

static void
a_callback_is_called_once_for_an_answer(void **state)
{
	struct asking a;
	struct talk t;

	(void)state;
	begin(&t);
	ask(&t, &a, "/x");
	assert_int_equal(a.result, -EINPROGRESS);
	turn(&t, 0);
	assert_int_equal(a.n_calls, 0);
	assert_int_equal(timeout_of(&t), -1);
	refuse_unlink(&t, FIRST_ID);
	turn(&t, 0);
	turn(&t, 0);
	assert_int_equal(a.n_calls, 1);
	assert_int_equal(a.result, -ENOENT);
	finish(&t);
}

static void
an_answer_that_another_request_found_is_not_slept_over(void **state)
{
	struct asking a;
	struct talk t;

	(void)state;
	begin(&t);
	ask(&t, &a, "/x");
	refuse_unlink(&t, FIRST_ID);
	refuse_unlink(&t, FIRST_ID + 1);
	assert_int_equal(privsep_unlink(t.conversation, "/y"), -ENOENT);
	assert_int_equal(test_poll(privsep_fd(t.conversation), POLLIN, 0), 0);
	assert_int_equal(timeout_of(&t), 0);
	assert_int_equal(a.n_calls, 0);
	turn(&t, 0);
	assert_int_equal(a.n_calls, 1);
	assert_int_equal(timeout_of(&t), -1);
	finish(&t);
}

static void
a_deadline_is_the_loops_to_keep(void **state)
{
	struct asking a, b;
	struct talk t;
	int msec;

	(void)state;
	begin(&t);
	privsep_set_timeout(t.conversation, 3600 * UINT64_C(1000000));
	ask(&t, &a, "/x");
	msec = timeout_of(&t);
	assert_in_range(msec, 3500 * 1000, 3600 * 1000);
	privsep_set_timeout(t.conversation, SHORT_USEC);
	ask(&t, &b, "/y");
	msec = timeout_of(&t);
	assert_in_range(msec, 0, SHORT_USEC / 1000);
	assert_int_equal(test_poll(privsep_fd(t.conversation), POLLIN, msec),
	    0);
	assert_int_equal(timeout_of(&t), 0);
	turn(&t, 0);
	assert_int_equal(a.n_calls, 0);
	assert_int_equal(b.n_calls, 1);
	assert_int_equal(b.result, -ETIMEDOUT);
	/* And the late answer is nobody's. */
	refuse_unlink(&t, FIRST_ID + 1);
	refuse_unlink(&t, FIRST_ID);
	turn(&t, 0);
	assert_int_equal(b.n_calls, 1);
	assert_int_equal(a.result, -ENOENT);
	finish(&t);
}

static void
who_found_no_place_is_called_when_there_is_one(void **state)
{
	struct asking first[PLACES], late;
	struct talk t;

	(void)state;
	begin(&t);
	for (size_t i = 0; i < PLACES; i++)
		ask(&t, &first[i], "/x");
	ask(&t, &late, "/y");
	assert_int_equal(late.result, -EINPROGRESS);
	assert_int_equal(requests_sent(&t), 1 + PLACES);
	assert_int_equal(timeout_of(&t), -1);
	assert_int_equal(privsep_events(t.conversation), POLLIN);
	refuse_unlink(&t, FIRST_ID + 4);
	turn(&t, 0);
	assert_int_equal(first[4].result, -ENOENT);
	assert_int_equal(late.n_calls, 1);
	assert_int_equal(late.result, -EINPROGRESS);
	assert_int_equal(requests_sent(&t), 1);
	refuse_unlink(&t, FIRST_ID + PLACES);
	turn(&t, 0);
	assert_int_equal(late.result, -ENOENT);
	finish(&t);
}

static void
a_place_is_offered_to_one_and_in_turn(void **state)
{
	static struct asking all[MANY];
	struct talk t;

	(void)state;
	begin(&t);
	for (size_t i = 0; i < MANY; i++)
		ask(&t, &all[i], "/x");
	for (uint32_t i = 0; i < MANY; i++) {
		refuse_unlink(&t, FIRST_ID + i);
		turn(&t, 0);
		assert_int_equal(timeout_of(&t), -1);
		assert_int_equal(all[i].result, -ENOENT);
		if (i + PLACES < MANY)
			assert_int_equal(all[i + PLACES].n_calls, 1);
	}
	for (size_t i = 0; i < MANY; i++)
		assert_int_equal(all[i].n_calls, i < PLACES ? 1 : 2);
	finish(&t);
}

static void
a_daemon_that_does_not_read_is_waited_for_by_the_loop(void **state)
{
	static char path[LONG];
	const int least = 1;
	struct asking all[PLACES];
	struct talk t;
	size_t sent;

	(void)state;
	memset(path, 'x', sizeof(path) - 1);
	path[0] = '/';
	begin(&t);
	assert_int_equal(setsockopt(privsep_fd(t.conversation), SOL_SOCKET,
			     SO_SNDBUF, &least, sizeof(least)),
	    0);
	for (size_t i = 0; i < PLACES; i++) {
		ask(&t, &all[i], path);
		assert_int_equal(all[i].result, -EINPROGRESS);
	}
	assert_int_equal(privsep_events(t.conversation), POLLIN | POLLOUT);
	turn(&t, 0);
	assert_int_equal(timeout_of(&t), -1);
	sent = requests_sent(&t) - 1;
	assert_in_range(sent, 1, PLACES - 1);
	while (sent < PLACES) {
		assert_int_equal(test_poll(privsep_fd(t.conversation),
				     privsep_events(t.conversation),
				     TEST_DEADLINE),
		    POLLOUT);
		turn(&t, 0);
		sent += requests_sent(&t);
	}
	assert_int_equal(sent, PLACES);
	assert_int_equal(privsep_events(t.conversation), POLLIN);
	for (size_t i = 0; i < PLACES; i++)
		assert_int_equal(all[i].result, -EINPROGRESS);
	finish(&t);
}

static void
a_callback_may_free_whom_it_likes(void **state)
{
	struct asking a, b;
	struct talk t;

	(void)state;
	begin(&t);
	ask(&t, &a, "/x");
	ask(&t, &b, "/y");
	a.to_free = b.handle;
	refuse_unlink(&t, FIRST_ID);
	refuse_unlink(&t, FIRST_ID + 1);
	turn(&t, 0);
	assert_int_equal(a.n_calls, 1);
	assert_int_equal(b.n_calls, 0);
	a.to_free = a.handle;
	assert_int_equal(privsep_unlink(a.handle, "/x"), -EINPROGRESS);
	refuse_unlink(&t, FIRST_ID + 2);
	turn(&t, 0);
	assert_int_equal(a.result, -ENOENT);
	finish(&t);
}

static void
a_callback_that_comes_late_is_called_all_the_same(void **state)
{
	struct asking a;
	struct talk t;

	(void)state;
	begin(&t);
	ask(&t, &a, "/x");
	privsep_set_callback(a.handle, NULL, NULL);
	refuse_unlink(&t, FIRST_ID);
	turn(&t, 0);
	assert_int_equal(a.n_calls, 0);
	privsep_set_callback(a.handle, call_again, &a);
	assert_int_equal(timeout_of(&t), 0);
	turn(&t, 0);
	assert_int_equal(a.result, -ENOENT);
	/* Of the conversation itself there is nothing to tell. */
	privsep_set_callback(t.conversation, call_again, &a);
	privsep_cancel(t.conversation);
	finish(&t);
}

static void
a_broken_protocol_is_told_to_loop_and_callbacks(void **state)
{
	struct asking a;
	struct talk t;

	(void)state;
	begin(&t);
	ask(&t, &a, "/x");
	refuse_unlink(&t, FIRST_ID + 7);
	turn(&t, -EPROTO);
	assert_int_equal(a.n_calls, 1);
	assert_int_equal(a.result, -EPROTO);
	turn(&t, -EPROTO);
	assert_int_equal(timeout_of(&t), -1);
	finish(&t);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_callback_is_called_once_for_an_answer),
		cmocka_unit_test(
		    an_answer_that_another_request_found_is_not_slept_over),
		cmocka_unit_test(a_deadline_is_the_loops_to_keep),
		cmocka_unit_test(
		    who_found_no_place_is_called_when_there_is_one),
		cmocka_unit_test(a_place_is_offered_to_one_and_in_turn),
		cmocka_unit_test(
		    a_daemon_that_does_not_read_is_waited_for_by_the_loop),
		cmocka_unit_test(a_callback_may_free_whom_it_likes),
		cmocka_unit_test(
		    a_callback_that_comes_late_is_called_all_the_same),
		cmocka_unit_test(
		    a_broken_protocol_is_told_to_loop_and_callbacks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
