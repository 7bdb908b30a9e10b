/* SPDX-License-Identifier: ISC */
#ifndef TEST_PAIR_CASES_H
#define TEST_PAIR_CASES_H

/*
 * What a pair promises, for whichever way of making it the includer names in
 * maker_in_test before it runs pair_cases[].
 */

#include "common/fd.h"
#include "common/mem.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct pair_maker {
	int (*pair)(int type, int ret_ends[2]);
	int (*pair_in)(int domain, int type, int protocol, int ret_ends[2]);
	bool (*is_atomic)(void);
};

static const struct pair_maker *maker_in_test;

static const int pair_types[] = { SOCK_SEQPACKET, SOCK_STREAM, SOCK_DGRAM };

static void
make(int type, int ret_ends[2])
{
	assert_int_equal(maker_in_test->pair(type, ret_ends), 0);
	assert_true(ret_ends[0] >= 0 && ret_ends[1] >= 0);
	assert_int_not_equal(ret_ends[0], ret_ends[1]);
}

static void
drop(int ends[2])
{
	psd_fd_cleanup(&ends[0]);
	psd_fd_cleanup(&ends[1]);
}

static void
say(int fd, const char *text)
{
	assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL),
	    (ssize_t)strlen(text));
}

static void
hear(int fd, size_t room, const char *expected)
{
	char text[64];

	assert_true(room <= sizeof(text));
	assert_int_equal(recv(fd, text, room, MSG_DONTWAIT),
	    (ssize_t)strlen(expected));
	assert_memory_equal(text, expected, strlen(expected));
}

static void
stream_coalesces_what_was_written(void **state)
{
	int ends[2];

	(void)state;
	make(SOCK_STREAM, ends);
	say(ends[0], "one");
	say(ends[0], "two");
	hear(ends[1], 64, "onetwo");
	drop(ends);
}

static void
stream_keeps_what_a_short_read_leaves(void **state)
{
	int ends[2];

	(void)state;
	make(SOCK_STREAM, ends);
	say(ends[0], "onetwo");
	hear(ends[1], 3, "one");
	hear(ends[1], 64, "two");
	drop(ends);
}

static void
records_keep_their_bounds(void **state)
{
	static const int types[] = { SOCK_SEQPACKET, SOCK_DGRAM };
	int ends[2];

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(types); i++) {
		make(types[i], ends);
		say(ends[0], "one");
		say(ends[0], "three");
		hear(ends[1], 64, "one");
		hear(ends[1], 64, "three");
		drop(ends);
	}
}

/* recv() alone says nothing of it; only recvmsg() shows MSG_TRUNC. */
static void
datagram_is_cut_without_a_word_by_a_small_buffer(void **state)
{
	static const int types[] = { SOCK_SEQPACKET, SOCK_DGRAM };
	int ends[2];

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(types); i++) {
		char text[3];
		struct iovec bytes = { text, sizeof(text) };
		struct msghdr header = { .msg_iov = &bytes, .msg_iovlen = 1 };

		make(types[i], ends);
		say(ends[0], "one and more");
		say(ends[0], "two and more");
		say(ends[0], "end");
		hear(ends[1], 3, "one");
		assert_int_equal(recvmsg(ends[1], &header, MSG_DONTWAIT), 3);
		assert_memory_equal(text, "two", 3);
		assert_true((header.msg_flags & MSG_TRUNC) != 0);
		hear(ends[1], 64, "end");
		drop(ends);
	}
}

static void
both_directions_are_open(void **state)
{
	int ends[2];

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(pair_types); i++) {
		make(pair_types[i], ends);
		say(ends[0], "there");
		say(ends[1], "back");
		hear(ends[1], 64, "there");
		hear(ends[0], 64, "back");
		drop(ends);
	}
}

static int
option(int fd, int name)
{
	int value = -1;
	socklen_t len = sizeof(value);

	assert_int_equal(getsockopt(fd, SOL_SOCKET, name, &value, &len), 0);
	return value;
}

static void
ends_are_identical_and_unnamed(void **state)
{
	int ends[2];

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(pair_types); i++) {
		make(pair_types[i], ends);
		for (size_t k = 0; k < 2; k++) {
			struct sockaddr_storage name;
			socklen_t len = sizeof(name);

			assert_int_equal(option(ends[k], SO_TYPE),
			    pair_types[i]);
			assert_int_equal(option(ends[k], SO_DOMAIN), AF_UNIX);
			assert_int_equal(option(ends[k], SO_PROTOCOL), 0);
			assert_int_equal(getsockname(ends[k],
					     (struct sockaddr *)&name, &len),
			    0);
			assert_int_equal(len, sizeof(sa_family_t));
		}
		drop(ends);
	}
}

static void
both_ends_are_close_on_exec_whatever_was_asked(void **state)
{
	static const int flags[] = { 0, SOCK_CLOEXEC, SOCK_NONBLOCK,
		SOCK_CLOEXEC | SOCK_NONBLOCK };
	int ends[2];

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(pair_types); i++)
		for (size_t k = 0; k < PSD_ELEMENTS(flags); k++) {
			make(pair_types[i] | flags[k], ends);
			assert_int_equal(fcntl(ends[0], F_GETFD), FD_CLOEXEC);
			assert_int_equal(fcntl(ends[1], F_GETFD), FD_CLOEXEC);
			drop(ends);
		}
}

static void
both_ends_wait_unless_asked_not_to(void **state)
{
	int ends[2];
	char byte;

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(pair_types); i++) {
		make(pair_types[i], ends);
		for (size_t k = 0; k < 2; k++)
			assert_int_equal(fcntl(ends[k], F_GETFL), O_RDWR);
		drop(ends);
		make(pair_types[i] | SOCK_NONBLOCK, ends);
		for (size_t k = 0; k < 2; k++) {
			assert_int_equal(fcntl(ends[k], F_GETFL),
			    O_RDWR | O_NONBLOCK);
			assert_int_equal(read(ends[k], &byte, 1), -1);
			assert_int_equal(errno, EAGAIN);
		}
		drop(ends);
	}
}

static void
lowest_free_numbers_are_taken(void **state)
{
	int ends[2];
	const int first = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0);
	const int second = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0);
	const int above = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0);

	(void)state;
	assert_true(first >= 0 && second > first && above > second);
	psd_fd_close(first);
	psd_fd_close(second);
	make(SOCK_SEQPACKET, ends);
	assert_int_equal(ends[0] < ends[1] ? ends[0] : ends[1], first);
	assert_int_equal(ends[0] < ends[1] ? ends[1] : ends[0], second);
	drop(ends);
	psd_fd_close(above);
}

static void
close_gives_end_of_file_when_there_is_no_copy(void **state)
{
	static const int types[] = { SOCK_SEQPACKET, SOCK_STREAM };
	int ends[2];
	char byte;

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(types); i++) {
		make(types[i], ends);
		psd_fd_cleanup(&ends[0]);
		assert_int_equal(recv(ends[1], &byte, 1, MSG_DONTWAIT), 0);
		drop(ends);
	}
}

static const struct CMUnitTest pair_cases[] = {
	cmocka_unit_test(stream_coalesces_what_was_written),
	cmocka_unit_test(stream_keeps_what_a_short_read_leaves),
	cmocka_unit_test(records_keep_their_bounds),
	cmocka_unit_test(datagram_is_cut_without_a_word_by_a_small_buffer),
	cmocka_unit_test(both_directions_are_open),
	cmocka_unit_test(ends_are_identical_and_unnamed),
	cmocka_unit_test(both_ends_are_close_on_exec_whatever_was_asked),
	cmocka_unit_test(both_ends_wait_unless_asked_not_to),
	cmocka_unit_test(lowest_free_numbers_are_taken),
	cmocka_unit_test(close_gives_end_of_file_when_there_is_no_copy),
};

#endif
