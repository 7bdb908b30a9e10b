/* SPDX-License-Identifier: ISC */
/* Copies of an end that fork(2) without exec has made. */
#include "tests/unit/leak_fixture.h"

#include <pthread.h>

static void
naive_close_gives_no_end_of_file_while_a_child_has_a_copy(void **state)
{
	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(connected_types); i++) {
		int ends[2];
		pid_t holder;

		naive_pair(connected_types[i], ends);
		holder = start_holder();
		psd_fd_close(ends[0]);
		assert_false(end_comes(ends[1], TEST_GLIMPSE));
		/* It was the copy: with it goes the obstacle. */
		test_child_kill(holder);
		assert_true(end_comes(ends[1], TEST_DEADLINE));
		psd_fd_close(ends[1]);
	}
}

/* Close-on-exec is no help against a child that executes nothing. */
static void
close_on_exec_alone_is_no_help_against_fork(void **state)
{
	int ends[2];
	pid_t holder;

	(void)state;
	assert_int_equal(psd_pair(SOCK_SEQPACKET, ends), 0);
	holder = start_holder();
	psd_fd_close(ends[0]);
	assert_false(end_comes(ends[1], TEST_GLIMPSE));
	test_child_kill(holder);
	psd_fd_close(ends[1]);
}

static void
end_is_heard_in_spite_of_a_copy(void **state)
{
	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(connected_types); i++) {
		struct psd_conv conv;
		int ends[2];
		pid_t holder;
		char word[8];

		assert_int_equal(psd_pair(connected_types[i], ends), 0);
		psd_conv_init(&conv, ends[0]);
		holder = start_holder();
		assert_int_equal(send(conv.fd, "last", 4, MSG_NOSIGNAL), 4);
		assert_int_equal(psd_conv_end(&conv), 0);
		assert_int_equal(recv(ends[1], word, sizeof(word), 0), 4);
		assert_true(end_comes(ends[1], TEST_DEADLINE));
		/* The holder is still there, and we still hear. */
		assert_int_equal(kill(holder, 0), 0);
		assert_int_equal(send(ends[1], "back", 4, MSG_NOSIGNAL), 4);
		assert_int_equal(recv(conv.fd, word, sizeof(word), 0), 4);
		psd_conv_close(&conv);
		test_child_kill(holder);
		psd_fd_close(ends[1]);
	}
}

static void
close_of_a_conversation_is_heard_in_spite_of_a_copy(void **state)
{
	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(connected_types); i++) {
		struct psd_conv conv;
		int ends[2];
		pid_t holder;

		assert_int_equal(psd_pair(connected_types[i], ends), 0);
		psd_conv_init(&conv, ends[0]);
		holder = start_holder();
		psd_conv_close(&conv);
		assert_true(end_comes(ends[1], TEST_DEADLINE));
		assert_int_equal(kill(holder, 0), 0);
		test_child_kill(holder);
		psd_fd_close(ends[1]);
	}
}

/* Sends until there is no room or nobody to hear; returns the last answer. */
static int
send_until_refused(int fd)
{
	static struct psd_frame frame;
	int r = 0;

	make_request(&frame, 1);
	for (int i = 0; i < 100000 && r == 0; i++)
		r = psd_frame_send(fd, 0, &frame);
	return r;
}

/* ECONNRESET, once, when what it was sent was never read. */
static bool
means_gone(int r)
{
	return r == -EPIPE || r == -ECONNRESET;
}

static void
naive_writer_fills_a_pair_that_nobody_reads(void **state)
{
	int ends[2];
	pid_t holder;

	(void)state;
	naive_pair(SOCK_SEQPACKET, ends);
	holder = start_holder();
	psd_fd_close(ends[1]);
	/* Not EPIPE: the copy might yet be read from. */
	assert_int_equal(send_until_refused(ends[0]), -EAGAIN);
	assert_int_equal(test_poll(ends[0], POLLOUT | POLLRDHUP, TEST_GLIMPSE),
	    0);
	test_child_kill(holder);
	assert_true(means_gone(send_until_refused(ends[0])));
	psd_fd_close(ends[0]);
}

static void
writer_learns_that_the_reader_is_gone_in_spite_of_a_copy(void **state)
{
	struct psd_conv conv;
	int ends[2];
	pid_t holder;

	(void)state;
	assert_int_equal(psd_pair(SOCK_SEQPACKET, ends), 0);
	psd_conv_init(&conv, ends[1]);
	holder = start_holder();
	psd_conv_close(&conv);
	assert_int_equal(send_until_refused(ends[0]), -EPIPE);
	assert_int_equal(kill(holder, 0), 0);
	test_child_kill(holder);
	psd_fd_close(ends[0]);
}

static void *
close_later(void *argument)
{
	(void)usleep(50000);
	psd_conv_close(argument);
	return NULL;
}

static void
waiting_writer_is_woken_in_spite_of_a_copy(void **state)
{
	static struct psd_frame frame;
	struct psd_conv conv;
	pthread_t closer;
	int ends[2];
	pid_t holder;

	(void)state;
	assert_int_equal(psd_pair(SOCK_SEQPACKET, ends), 0);
	psd_conv_init(&conv, ends[1]);
	holder = start_holder();
	assert_int_equal(send_until_refused(ends[0]), -EAGAIN);
	assert_int_equal(pthread_create(&closer, NULL, close_later, &conv), 0);
	make_request(&frame, 1);
	assert_true(means_gone(psd_frame_send(ends[0], 1, &frame)));
	assert_int_equal(pthread_join(closer, NULL), 0);
	test_child_kill(holder);
	psd_fd_close(ends[0]);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    naive_close_gives_no_end_of_file_while_a_child_has_a_copy),
		cmocka_unit_test(close_on_exec_alone_is_no_help_against_fork),
		cmocka_unit_test(end_is_heard_in_spite_of_a_copy),
		cmocka_unit_test(
		    close_of_a_conversation_is_heard_in_spite_of_a_copy),
		cmocka_unit_test(naive_writer_fills_a_pair_that_nobody_reads),
		cmocka_unit_test(
		    writer_learns_that_the_reader_is_gone_in_spite_of_a_copy),
		cmocka_unit_test(waiting_writer_is_woken_in_spite_of_a_copy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
