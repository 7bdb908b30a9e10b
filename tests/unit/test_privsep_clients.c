/* SPDX-License-Identifier: ISC */
#include "tests/unit/privsep_fixture.h"

static int
call(const struct talk *t)
{
	const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (const struct sockaddr *)&t->address,
			     t->address_len),
	    0);
	return fd;
}

/* The two ends of one connection, and no other. */
static void
assert_connected(int client, int connection)
{
	char byte = 0;

	assert_int_equal(send(client, "x", 1, MSG_NOSIGNAL), 1);
	assert_int_equal(test_poll(connection, POLLIN, TEST_DEADLINE), POLLIN);
	assert_int_equal(read(connection, &byte, 1), 1);
	assert_int_equal(byte, 'x');
	psd_fd_close(client);
	psd_fd_close(connection);
}

static void
accept_waits_for_a_client(void **state)
{
	const struct talk *t = *state;
	const int client = call(t);
	uint32_t listener = 9;
	const int connection = privsep_accept(t->conversation, &listener);

	assert_true(connection >= 0);
	assert_int_equal(fcntl(connection, F_GETFD), FD_CLOEXEC);
	assert_int_equal(listener, 0);
	assert_connected(client, connection);
}

static void
other_requests_are_answered_while_an_accept_waits(void **state)
{
	const struct talk *t = *state;
	const int fd = privsep_fd(t->conversation);
	int client;

	assert_int_equal(privsep_accept_ask(t->conversation), 0);
	for (int i = 0; i < 100; i++)
		assert_int_equal(privsep_ping(t->conversation), 0);
	assert_int_equal(privsep_accept_take(t->conversation, NULL), -EAGAIN);
	client = call(t);
	assert_int_equal(test_poll(fd, POLLIN, TEST_DEADLINE), POLLIN);
	assert_connected(client, privsep_accept_take(t->conversation, NULL));
	assert_int_equal(privsep_accept_take(t->conversation, NULL), -EAGAIN);
}

static void
what_the_daemon_sent_before_its_end_is_not_lost(void **state)
{
	struct talk *t = *state;
	const int fd = privsep_fd(t->conversation);

	assert_int_equal(privsep_accept_ask(t->conversation), 0);
	assert_int_equal(privsep_ping(t->conversation), 0);
	assert_int_equal(write(t->stop[1], "", 1), 1);
	assert_int_not_equal(test_poll(fd, POLLRDHUP, TEST_DEADLINE), 0);
	assert_int_equal(privsep_accept_take(t->conversation, NULL),
	    -ECANCELED);
	assert_int_equal(privsep_accept_take(t->conversation, NULL), -EPIPE);
	assert_int_equal(privsep_accept_take(t->conversation, NULL), -EPIPE);
	assert_int_equal(privsep_accept_ask(t->conversation), -EPIPE);
	assert_int_equal(privsep_ping(t->conversation), -EPIPE);
}

static void
an_end_with_an_accept_waiting_is_orderly(void **state)
{
	struct talk *t = *state;

	assert_int_equal(privsep_accept_ask(t->conversation), 0);
	assert_int_equal(privsep_accept_ask(t->conversation), 0);
}

static void
a_daemon_that_dies_is_an_end(void **state)
{
	struct talk *t = *state;

	assert_int_equal(privsep_accept_ask(t->conversation), 0);
	test_child_kill(t->daemon);
	assert_int_equal(privsep_ping(t->conversation), -EPIPE);
	assert_int_equal(privsep_accept(t->conversation, NULL), -EPIPE);
	assert_int_equal(privsep_end(t->conversation), 0);
	t->conversation = NULL;
}

static void
a_helper_that_only_frees_did_not_end(void **state)
{
	struct talk *t = *state;

	privsep_free(t->conversation);
	t->conversation = NULL;
	assert_in_range(test_child_exit_status(t->daemon), 0, 1);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		WITH_DAEMON(accept_waits_for_a_client),
		WITH_DAEMON(other_requests_are_answered_while_an_accept_waits),
		WITH_DAEMON(what_the_daemon_sent_before_its_end_is_not_lost),
		WITH_DAEMON(an_end_with_an_accept_waiting_is_orderly),
		WITH_DAEMON(a_daemon_that_dies_is_an_end),
		WITH_DAEMON(a_helper_that_only_frees_did_not_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
