/* SPDX-License-Identifier: ISC */
#include "tests/unit/privsep_handle_fixture.h"

#include <dirent.h>

static void
a_function_is_called_again_when_its_answer_came(void **state)
{
	struct privsep *handle;
	struct talk t;
	int got;

	(void)state;
	begin(&t);
	handle = handle_of(&t);
	assert_int_equal(open_with(handle), -EINPROGRESS);
	assert_int_equal(open_with(handle), -EINPROGRESS);
	assert_int_equal(requests_sent(&t), 2);
	answer(&t, FIRST_ID, 0);
	assert_int_equal(privsep_process(t.conversation), 0);
	got = open_with(handle);
	assert_true(got >= 0);
	(void)close(got);
	/* And then anew. */
	assert_int_equal(open_with(handle), -EINPROGRESS);
	answer(&t, FIRST_ID + 1, -ENOENT);
	assert_int_equal(privsep_process(t.conversation), 0);
	assert_int_equal(open_with(handle), -ENOENT);
	finish(&t);
}

static void
another_function_must_wait_for_the_answer(void **state)
{
	struct privsep_stat status;
	struct privsep *handle;
	struct talk t;

	(void)state;
	begin(&t);
	handle = handle_of(&t);
	assert_int_equal(open_with(handle), -EINPROGRESS);
	assert_int_equal(privsep_stat(handle, "/x", &status), -EALREADY);
	answer(&t, FIRST_ID, -ENOENT);
	assert_int_equal(privsep_process(t.conversation), 0);
	assert_int_equal(privsep_stat(handle, "/x", &status), -EALREADY);
	assert_int_equal(open_with(handle), -ENOENT);
	assert_int_equal(privsep_stat(handle, "/x", &status), -EINPROGRESS);
	finish(&t);
}

static void
what_is_wrong_before_it_is_asked_is_told_at_once(void **state)
{
	char path[5000];
	struct privsep *handle, *none = NULL;
	struct talk t;

	(void)state;
	memset(path, 'x', sizeof(path) - 1);
	path[0] = '/';
	path[sizeof(path) - 1] = '\0';
	begin(&t);
	handle = handle_of(&t);
	assert_int_equal(privsep_open(handle, path, O_RDONLY, 0),
	    -ENAMETOOLONG);
	assert_int_equal(privsep_open(handle, "/x", O_DIRECTORY, 0), -EINVAL);
	assert_int_equal(open_with(handle), -EINPROGRESS);
	assert_int_equal(privsep_end(handle), -EINVAL);
	assert_int_equal(privsep_handle_new(&none, t.conversation, 2), -EINVAL);
	assert_null(none);
	finish(&t);
}

static void
answers_may_come_in_any_order_and_wait_for_each_other(void **state)
{
	char target[2][8] = { "", "" };
	struct privsep *handles[2];
	struct talk t;

	(void)state;
	begin(&t);
	for (size_t i = 0; i < 2; i++) {
		handles[i] = handle_of(&t);
		assert_int_equal(privsep_readlink(handles[i], "/x", target[i],
				     sizeof(target[i])),
		    -EINPROGRESS);
	}
	send_record(t.daemon, PSD_FRAME_REPLY, PSD_OP_readlink, FIRST_ID + 1, 0,
	    "\2\0bb", 5, NULL, 0);
	send_record(t.daemon, PSD_FRAME_REPLY, PSD_OP_readlink, FIRST_ID, 0,
	    "\1\0a", 4, NULL, 0);
	answer(&t, FIRST_ID + 2, -EPERM);
	/* Even when another request is what finds them. */
	assert_int_equal(open_with(t.conversation), -EPERM);
	assert_int_equal(privsep_process(t.conversation), 0);
	assert_int_equal(privsep_readlink(handles[0], "/x", target[0], 8), 1);
	assert_int_equal(privsep_readlink(handles[1], "/x", target[1], 8), 2);
	assert_string_equal(target[0], "a");
	assert_string_equal(target[1], "bb");
	finish(&t);
}

struct entries {
	size_t n;
	char last;
};

static int
note_entry(void *cookie, const char *name, unsigned char type)
{
	struct entries *e = cookie;

	assert_int_equal(type, DT_REG);
	e->n++;
	e->last = name[0];
	return 0;
}

/* One batch "a" with cursor 7, then one without entries. */
static void
a_function_of_several_requests_goes_on_where_it_was(void **state)
{
	static const unsigned char batch[] = { 3, 0, 0, 0, DT_REG, 1, 'a', 7 };
	unsigned char body[15] = { 0 }, record[PSD_FRAME_MAX];
	struct entries e = { 0 };
	struct privsep *handle;
	struct talk t;
	ssize_t n;

	(void)state;
	memcpy(body, batch, sizeof(batch));
	begin(&t);
	handle = handle_of(&t);
	for (uint32_t round = 0; round < 2; round++) {
		const uint32_t id = FIRST_ID + 2 * round;

		assert_int_equal(privsep_read_directory(handle, "/x",
				     note_entry, &e),
		    -EINPROGRESS);
		send_record(t.daemon, PSD_FRAME_REPLY, PSD_OP_read_directory,
		    id, 0, body, sizeof(body), NULL, 0);
		assert_int_equal(privsep_process(t.conversation), 0);
		assert_int_equal(requests_sent(&t), 2 - round);
		assert_int_equal(privsep_read_directory(handle, "/x",
				     note_entry, &e),
		    -EINPROGRESS);
		assert_int_equal(e.n, round + 1);
		n = recv(t.daemon, record, sizeof(record), MSG_DONTWAIT);
		assert_true(n > 8);
		assert_int_equal(record[n - 8], 7);
		memset(record, 0, sizeof(record));
		send_record(t.daemon, PSD_FRAME_REPLY, PSD_OP_read_directory,
		    id + 1, 0, record, 12, NULL, 0);
		assert_int_equal(privsep_process(t.conversation), 0);
		assert_int_equal(privsep_read_directory(handle, "/x",
				     note_entry, &e),
		    0);
	}
	assert_int_equal(e.last, 'a');
	finish(&t);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_function_is_called_again_when_its_answer_came),
		cmocka_unit_test(another_function_must_wait_for_the_answer),
		cmocka_unit_test(
		    what_is_wrong_before_it_is_asked_is_told_at_once),
		cmocka_unit_test(
		    answers_may_come_in_any_order_and_wait_for_each_other),
		cmocka_unit_test(
		    a_function_of_several_requests_goes_on_where_it_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
