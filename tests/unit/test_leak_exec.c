/* SPDX-License-Identifier: ISC */
/* Copies of an end in executed programs, and on their way over a socket. */
#include "tests/support/fds.h"
#include "tests/support/raw.h"
#include "tests/unit/leak_fixture.h"

#include <fcntl.h>

static pid_t
execute_program(void)
{
	static const char *const argv[] = { "sleep", "300", NULL };
	const pid_t pid = test_child_exec(argv);

	assert_true(pid > 0);
	return pid;
}

static void
naive_pair_is_inherited_by_a_program_and_never_ends(void **state)
{
	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(connected_types); i++) {
		int ends[2];
		pid_t program;

		naive_pair(connected_types[i], ends);
		program = execute_program();
		assert_true(test_fds_shared(program, ends[0]));
		assert_true(test_fds_shared(program, ends[1]));
		psd_fd_close(ends[0]);
		assert_false(end_comes(ends[1], TEST_GLIMPSE));
		test_child_kill(program);
		assert_true(end_comes(ends[1], TEST_DEADLINE));
		psd_fd_close(ends[1]);
	}
}

static void
our_pair_is_inherited_by_no_program(void **state)
{
	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(connected_types); i++) {
		int ends[2];
		pid_t program;

		assert_int_equal(psd_pair(connected_types[i], ends), 0);
		program = execute_program();
		assert_false(test_fds_shared(program, ends[0]));
		assert_false(test_fds_shared(program, ends[1]));
		psd_fd_close(ends[0]);
		assert_true(end_comes(ends[1], TEST_DEADLINE));
		test_child_kill(program);
		psd_fd_close(ends[1]);
	}
}

/* Even where somebody has taken the flag away again. */
static void
end_is_heard_although_a_program_has_a_copy(void **state)
{
	struct psd_conv conv;
	int ends[2];
	pid_t program;

	(void)state;
	assert_int_equal(psd_pair(SOCK_SEQPACKET, ends), 0);
	assert_int_equal(fcntl(ends[0], F_SETFD, 0), 0);
	program = execute_program();
	assert_true(test_fds_shared(program, ends[0]));
	psd_conv_init(&conv, ends[0]);
	assert_int_equal(psd_conv_end(&conv), 0);
	assert_true(end_comes(ends[1], TEST_DEADLINE));
	assert_true(test_fds_shared(program, conv.fd));
	psd_conv_close(&conv);
	test_child_kill(program);
	psd_fd_close(ends[1]);
}

/* Sends a copy of fd away; it is on its way until somebody receives it. */
static void
send_away(int by, int fd)
{
	unsigned char header[PSD_FRAME_HEADER];

	test_raw_header(header, PSD_FRAME_REPLY, PSD_OP_open, 1, 0);
	assert_int_equal(test_raw_send(by, header, sizeof(header), &fd, 1),
	    sizeof(header));
}

static void
naive_close_gives_no_end_while_a_copy_is_on_its_way(void **state)
{
	int road[2], ends[2];

	(void)state;
	naive_pair(SOCK_SEQPACKET, road);
	naive_pair(SOCK_SEQPACKET, ends);
	send_away(road[0], ends[0]);
	psd_fd_close(ends[0]);
	/* No process has a descriptor of it any more, and yet. */
	assert_false(end_comes(ends[1], TEST_GLIMPSE));
	psd_fd_close(road[0]);
	psd_fd_close(road[1]);
	assert_true(end_comes(ends[1], TEST_DEADLINE));
	psd_fd_close(ends[1]);
}

static void
end_is_heard_while_a_copy_is_on_its_way(void **state)
{
	static struct psd_frame frame;
	struct psd_conv conv;
	int road[2], ends[2];

	(void)state;
	assert_int_equal(psd_pair(SOCK_SEQPACKET, road), 0);
	assert_int_equal(psd_pair(SOCK_SEQPACKET, ends), 0);
	send_away(road[0], ends[0]);
	psd_conv_init(&conv, ends[0]);
	psd_conv_close(&conv);
	assert_true(end_comes(ends[1], TEST_DEADLINE));
	/* Whoever receives the copy has nothing by it. */
	psd_frame_init(&frame);
	assert_int_equal(psd_frame_recv(road[1], 0, &frame), PSD_HEARD_FRAME);
	assert_int_equal(frame.n_fds, 1);
	assert_int_equal(send(frame.fds[0], "x", 1, MSG_NOSIGNAL), -1);
	assert_int_equal(errno, EPIPE);
	psd_frame_clear(&frame);
	psd_fd_close(road[0]);
	psd_fd_close(road[1]);
	psd_fd_close(ends[1]);
}

/* Receives a copy and keeps it. */
static int
receive_and_sleep(void *argument)
{
	static struct psd_frame frame;
	const int *road = argument;

	psd_frame_init(&frame);
	if (psd_frame_recv(*road, 1, &frame) != PSD_HEARD_FRAME ||
	    frame.n_fds != 1)
		return 1;
	(void)send(*road, "kept", 4, MSG_NOSIGNAL);
	return sleep_on(NULL);
}

/* A process that got a copy although it was there before the pair. */
static pid_t
start_receiver(int road[2])
{
	pid_t receiver;

	assert_int_equal(psd_pair(SOCK_SEQPACKET, road), 0);
	receiver = test_child_start(receive_and_sleep, &road[1]);
	assert_true(receiver > 0);
	return receiver;
}

static void
wait_until_kept(int road)
{
	char word[4];

	assert_true(test_poll(road, POLLIN, TEST_DEADLINE) > 0);
	assert_int_equal(recv(road, word, sizeof(word), 0), 4);
}

static void
naive_close_gives_no_end_while_another_was_sent_a_copy(void **state)
{
	int road[2], ends[2];
	const pid_t receiver = start_receiver(road);

	(void)state;
	naive_pair(SOCK_SEQPACKET, ends);
	send_away(road[0], ends[0]);
	wait_until_kept(road[0]);
	psd_fd_close(ends[0]);
	assert_false(end_comes(ends[1], TEST_GLIMPSE));
	test_child_kill(receiver);
	assert_true(end_comes(ends[1], TEST_DEADLINE));
	psd_fd_close(ends[1]);
	psd_fd_close(road[0]);
	psd_fd_close(road[1]);
}

static void
end_is_heard_although_another_was_sent_a_copy(void **state)
{
	struct psd_conv conv;
	int road[2], ends[2];
	const pid_t receiver = start_receiver(road);

	(void)state;
	assert_int_equal(psd_pair(SOCK_SEQPACKET, ends), 0);
	send_away(road[0], ends[0]);
	wait_until_kept(road[0]);
	psd_conv_init(&conv, ends[0]);
	assert_int_equal(psd_conv_end(&conv), 0);
	assert_true(end_comes(ends[1], TEST_DEADLINE));
	assert_true(test_fds_shared(receiver, conv.fd));
	psd_conv_close(&conv);
	test_child_kill(receiver);
	psd_fd_close(ends[1]);
	psd_fd_close(road[0]);
	psd_fd_close(road[1]);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    naive_pair_is_inherited_by_a_program_and_never_ends),
		cmocka_unit_test(our_pair_is_inherited_by_no_program),
		cmocka_unit_test(end_is_heard_although_a_program_has_a_copy),
		cmocka_unit_test(
		    naive_close_gives_no_end_while_a_copy_is_on_its_way),
		cmocka_unit_test(end_is_heard_while_a_copy_is_on_its_way),
		cmocka_unit_test(
		    naive_close_gives_no_end_while_another_was_sent_a_copy),
		cmocka_unit_test(end_is_heard_although_another_was_sent_a_copy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
