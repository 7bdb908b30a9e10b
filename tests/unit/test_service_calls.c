/* SPDX-License-Identifier: ISC */
/* Client and helper of a service, both by the library. */
#include "tests/unit/service_fixture.h"

#include <poll.h>
#include <pthread.h>

enum { ROUNDS = 200, THREADS = 4 };

/* Answers with what it was sent, and "no" with an error. */
static int
answer(void *cookie, struct privsep_buffer *call, struct privsep_buffer *reply)
{
	(void)cookie;
	if (call->len == 2 && memcmp(call->bytes, "no", 2) == 0)
		return -ENOTSUP;
	if (call->len == 4 && memcmp(call->bytes, "long", 4) == 0)
		reply->len = PRIVSEP_MESSAGE_MAX + 1;
	if (reply->len != 0)
		return 0;
	memcpy(reply->bytes, call->bytes, call->len);
	reply->len = call->len;
	for (size_t i = 0; i < call->n_fds; i++) {
		reply->fds[reply->n_fds++] = call->fds[i];
		call->fds[i] = -1;
	}
	return 0;
}

static int
serve(int end)
{
	static unsigned char in[PRIVSEP_MESSAGE_MAX], out[PRIVSEP_MESSAGE_MAX];
	const size_t before = test_fds_count();
	struct privsep *client;
	int r;

	TEST_EXPECT(privsep_from_client(&client, end) == 0);
	for (;;) {
		struct privsep_buffer call = { .bytes = in,
			.size = sizeof(in) };
		struct privsep_buffer reply = { .bytes = out };
		struct privsep_message message = { .bytes = out };

		r = privsep_receive(client, &call);
		if (r == -EPIPE)
			break;
		TEST_EXPECT(r == 0);
		TEST_EXPECT(privsep_receive(client, &call) == -EALREADY);
		r = answer(NULL, &call, &reply);
		message.len = reply.len;
		message.n_fds = reply.n_fds;
		memcpy(message.fds, reply.fds, sizeof(message.fds));
		if (privsep_answer(client, r, &message) == -EMSGSIZE)
			TEST_EXPECT(
			    privsep_answer(client, -EMSGSIZE, NULL) == 0);
		for (size_t i = 0; i < reply.n_fds; i++)
			psd_fd_close(reply.fds[i]);
	}
	TEST_EXPECT(privsep_answer(client, 0, NULL) == -EPIPE);
	TEST_EXPECT(privsep_end(client) == 0);
	TEST_EXPECT(test_fds_count() + 1 == before);
	return 0;
}

static pid_t
begin(struct privsep **ret)
{
	int end;
	const pid_t pid = start_side(serve, &end);

	assert_int_equal(psd_client_begin(ret, end, "echo"), 0);
	return pid;
}

static void
finish(struct privsep *client, pid_t pid)
{
	assert_int_equal(privsep_end(client), 0);
	assert_int_equal(test_child_exit_status(pid), 0);
}

static void
expect_echo(struct privsep *client, const void *bytes, size_t len)
{
	unsigned char room[PRIVSEP_MESSAGE_MAX];
	const struct privsep_message call = { .bytes = bytes, .len = len };
	struct privsep_buffer reply = { .bytes = room, .size = sizeof(room) };

	assert_int_equal(privsep_call(client, &call, &reply), 0);
	assert_int_equal(reply.len, len);
	assert_int_equal(reply.n_fds, 0);
	assert_memory_equal(room, bytes, len);
}

static void
calls_of_any_length_are_answered(void **state)
{
	static unsigned char bytes[PRIVSEP_MESSAGE_MAX];
	struct privsep *client;
	const pid_t pid = begin(&client);

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (unsigned char)(i * 7);
	assert_string_equal(privsep_service(client), "echo");
	expect_echo(client, bytes, 0);
	expect_echo(client, bytes, 1);
	expect_echo(client, bytes, sizeof(bytes));
	for (int i = 0; i < ROUNDS; i++)
		expect_echo(client, &i, sizeof(i));
	finish(client, pid);
}

static void
an_error_is_what_the_helper_chose_and_the_conversation_goes_on(void **state)
{
	const struct privsep_message no = { .bytes = "no", .len = 2 };
	const struct privsep_message too_long = { .bytes = "long", .len = 4 };
	const struct privsep_message longer = { .bytes = "four", .len = 4 };
	const struct privsep_message huge = {
		.len = PRIVSEP_MESSAGE_MAX + 1,
	};
	const struct privsep_message many = { .n_fds = PRIVSEP_FDS_MAX + 1 };
	const struct privsep_message closed = { .n_fds = 1, .fds = { 9999 } };
	char room[3];
	struct privsep_buffer reply = { .bytes = room, .size = sizeof(room) };
	struct privsep *client;
	const pid_t pid = begin(&client);

	(void)state;
	assert_int_equal(privsep_call(client, &no, &reply), -ENOTSUP);
	assert_int_equal(privsep_call(client, &too_long, &reply), -EMSGSIZE);
	assert_int_equal(privsep_call(client, &longer, &reply), -ERANGE);
	assert_int_equal(privsep_call(client, &huge, &reply), -EMSGSIZE);
	assert_int_equal(privsep_call(client, &many, &reply), -EMSGSIZE);
	assert_int_equal(privsep_call(client, &closed, &reply), -EBADF);
	/* What is the daemon's is not asked of a service. */
	assert_int_equal(privsep_ping(client), -EOPNOTSUPP);
	assert_int_equal(privsep_receive(client, &reply), -EOPNOTSUPP);
	assert_int_equal(privsep_answer(client, 0, &no), -EINVAL);
	expect_echo(client, "yes", 3);
	finish(client, pid);
}

static void
descriptors_pass_both_ways_and_stay_the_senders(void **state)
{
	const size_t before = test_fds_count();
	struct privsep_message call = { .n_fds = PRIVSEP_FDS_MAX };
	struct privsep_buffer reply = { .size = 0 };
	struct privsep *client;
	const pid_t pid = begin(&client);
	char text[8] = "";

	(void)state;
	for (size_t i = 0; i < PRIVSEP_FDS_MAX; i++)
		call.fds[i] = file_with("passed");
	for (int i = 0; i < 8; i++) {
		assert_int_equal(privsep_call(client, &call, &reply), 0);
		assert_int_equal(reply.n_fds, PRIVSEP_FDS_MAX);
		for (size_t k = 0; k < reply.n_fds; k++) {
			assert_int_equal(pread(reply.fds[k], text, sizeof(text),
					     0),
			    6);
			assert_int_equal(fcntl(reply.fds[k], F_GETFD),
			    FD_CLOEXEC);
			psd_fd_close(reply.fds[k]);
		}
	}
	for (size_t i = 0; i < PRIVSEP_FDS_MAX; i++)
		psd_fd_close(call.fds[i]);
	finish(client, pid);
	assert_int_equal(test_fds_count(), before);
}

static void *
call_and_call(void *argument)
{
	struct privsep *client = argument;

	for (uintptr_t i = 0; i < ROUNDS; i++) {
		const uintptr_t mine = i ^ (uintptr_t)pthread_self();
		uintptr_t back = 0;
		const struct privsep_message call = { .bytes = &mine,
			.len = sizeof(mine) };
		struct privsep_buffer reply = { .bytes = &back,
			.size = sizeof(back) };

		if (privsep_call(client, &call, &reply) != 0 || back != mine)
			return client;
	}
	return NULL;
}

static void
threads_get_their_own_answers(void **state)
{
	pthread_t threads[THREADS];
	struct privsep *client;
	const pid_t pid = begin(&client);
	void *result;

	(void)state;
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL,
				     call_and_call, client),
		    0);
	for (int i = 0; i < THREADS; i++) {
		assert_int_equal(pthread_join(threads[i], &result), 0);
		assert_null(result);
	}
	finish(client, pid);
}

static void
a_handle_does_not_wait(void **state)
{
	const struct privsep_message call = { .bytes = "four", .len = 4 };
	char room[8];
	struct privsep_buffer reply = { .bytes = room, .size = sizeof(room) };
	struct privsep *client, *handle;
	const pid_t pid = begin(&client);
	int r;

	(void)state;
	assert_int_equal(privsep_handle_new(&handle, client, 0), 0);
	while ((r = privsep_call(handle, &call, &reply)) == -EINPROGRESS) {
		assert_int_not_equal(test_poll(privsep_fd(client), POLLIN,
					 TEST_DEADLINE),
		    0);
		assert_int_equal(privsep_process(client), 0);
	}
	assert_int_equal(r, 0);
	assert_int_equal(reply.len, 4);
	privsep_free(handle);
	finish(client, pid);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(calls_of_any_length_are_answered),
		cmocka_unit_test(
		    an_error_is_what_the_helper_chose_and_the_conversation_goes_on),
		cmocka_unit_test(
		    descriptors_pass_both_ways_and_stay_the_senders),
		cmocka_unit_test(threads_get_their_own_answers),
		cmocka_unit_test(a_handle_does_not_wait),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
