/* SPDX-License-Identifier: ISC */
/* How frames are heard, whatever the other side sends. */
#include "tests/support/child.h"
#include "tests/support/fds.h"
#include "tests/unit/frame_fixture.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

static void
frame_arrives_as_it_was_sent(void **state)
{
	static struct psd_frame sent;

	(void)state;
	psd_frame_init(&sent);
	test_raw_header(sent.bytes, 2, 0xbeef, 0xfeedc0de, -1234567);
	memcpy(sent.bytes + PSD_FRAME_HEADER, "\0body", 5);
	sent.len = PSD_FRAME_HEADER + 5;
	assert_int_equal(psd_frame_send(ends[0], 0, &sent), 0);
	hear(PSD_HEARD_FRAME);
	assert_int_equal(frame.type, PSD_FRAME_REPLY);
	assert_int_equal(frame.op, 0xbeef);
	assert_int_equal(frame.id, 0xfeedc0de);
	assert_int_equal(frame.status, -1234567);
	assert_int_equal(frame.len, sent.len);
	assert_int_equal(frame.n_fds, 0);
	assert_memory_equal(frame.bytes, sent.bytes, sent.len);
}

static void
header_is_little_endian(void **state)
{
	static const unsigned char bytes[] = { 1, 0, 0x34, 0x12, 0x78, 0x56,
		0x34, 0x12, 0, 0, 0, 0 };

	(void)state;
	send_bytes(bytes, sizeof(bytes));
	hear(PSD_HEARD_FRAME);
	assert_int_equal(frame.type, PSD_FRAME_REQUEST);
	assert_int_equal(frame.op, 0x1234);
	assert_int_equal(frame.id, 0x12345678);
}

static void
record_shorter_than_a_header_is_broken(void **state)
{
	unsigned char bytes[PSD_FRAME_HEADER];

	(void)state;
	test_raw_header(bytes, PSD_FRAME_REQUEST, 2, 1, 0);
	for (size_t len = 0; len < sizeof(bytes); len++) {
		send_bytes(bytes, len);
		hear(PSD_HEARD_BROKEN);
	}
	send_bytes(bytes, sizeof(bytes));
	hear(PSD_HEARD_FRAME);
}

static void
many_empty_records_are_each_broken(void **state)
{
	(void)state;
	for (int i = 0; i < 1000; i++) {
		send_bytes("", 0);
		hear(PSD_HEARD_BROKEN);
	}
	hear(PSD_HEARD_NOTHING);
}

static void
one_byte_more_than_the_longest_record_is_broken(void **state)
{
	const size_t body = PSD_FRAME_MAX - PSD_FRAME_HEADER;

	(void)state;
	send_frame(PSD_FRAME_REQUEST, 2, 1, 0, body);
	hear(PSD_HEARD_FRAME);
	assert_int_equal(frame.len, PSD_FRAME_MAX);
	psd_frame_clear(&frame);
	send_frame(PSD_FRAME_REQUEST, 2, 1, 0, body + 1);
	hear(PSD_HEARD_BROKEN);
	send_frame(PSD_FRAME_REQUEST, 2, 1, 0, 3 * PSD_FRAME_MAX);
	hear(PSD_HEARD_BROKEN);
	/* Nothing of the long one is left over to be taken for a frame. */
	hear(PSD_HEARD_NOTHING);
}

static void
header_of_no_known_meaning_is_broken(void **state)
{
	static const struct {
		uint16_t type;
		int32_t status;
		enum psd_heard heard;
	} cases[] = {
		{ 0, 0, PSD_HEARD_BROKEN },
		{ 3, 0, PSD_HEARD_BROKEN },
		{ 0x0101, 0, PSD_HEARD_BROKEN },
		{ 0xffff, 0, PSD_HEARD_BROKEN },
		{ PSD_FRAME_REQUEST, 0, PSD_HEARD_FRAME },
		{ PSD_FRAME_REQUEST, 1, PSD_HEARD_BROKEN },
		{ PSD_FRAME_REQUEST, -1, PSD_HEARD_BROKEN },
		{ PSD_FRAME_REPLY, 0, PSD_HEARD_FRAME },
		{ PSD_FRAME_REPLY, -EPERM, PSD_HEARD_FRAME },
		{ PSD_FRAME_REPLY, 1, PSD_HEARD_BROKEN },
		{ PSD_FRAME_REPLY, INT32_MAX, PSD_HEARD_BROKEN },
	};

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++) {
		send_frame(cases[i].type, 2, 1, cases[i].status, 0);
		hear(cases[i].heard);
		psd_frame_clear(&frame);
	}
}

static void
nothing_is_told_from_the_end(void **state)
{
	(void)state;
	hear(PSD_HEARD_NOTHING);
	hear(PSD_HEARD_NOTHING);
	assert_int_equal(shutdown(ends[0], SHUT_WR), 0);
	hear(PSD_HEARD_END);
	hear(PSD_HEARD_END);
}

static void
closing_is_an_end_too(void **state)
{
	(void)state;
	psd_fd_cleanup(&ends[0]);
	hear(PSD_HEARD_END);
}

/* POLLRDHUP is up from the first read on, and none of the frames is lost. */
static void
queued_frames_are_read_before_the_end(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < 5; i++)
		send_frame(PSD_FRAME_REQUEST, 2, i, 0, i);
	assert_int_equal(shutdown(ends[0], SHUT_WR), 0);
	assert_true((test_poll(ends[1], POLLRDHUP, 0) & POLLRDHUP) != 0);
	for (uint32_t i = 0; i < 5; i++) {
		hear(PSD_HEARD_FRAME);
		assert_int_equal(frame.id, i);
		psd_frame_clear(&frame);
	}
	hear(PSD_HEARD_END);
}

/* The other side goes away with a record of ours unread. */
static void
connection_reset_does_not_hide_queued_frames(void **state)
{
	char byte;

	(void)state;
	for (uint32_t i = 0; i < 3; i++)
		send_frame(PSD_FRAME_REPLY, 2, i, 0, 0);
	assert_int_equal(send(ends[1], "x", 1, MSG_NOSIGNAL), 1);
	psd_fd_cleanup(&ends[0]);
	for (uint32_t i = 0; i < 3; i++) {
		hear(PSD_HEARD_FRAME);
		assert_int_equal(frame.id, i);
		psd_frame_clear(&frame);
	}
	hear(PSD_HEARD_END);

	/* The kernel does report it: that is what was read over. */
	drop_pair(NULL);
	make_pair(NULL);
	send_frame(PSD_FRAME_REPLY, 2, 0, 0, 0);
	assert_int_equal(send(ends[1], "x", 1, MSG_NOSIGNAL), 1);
	psd_fd_cleanup(&ends[0]);
	assert_int_equal(recv(ends[1], &byte, 1, MSG_DONTWAIT), -1);
	assert_int_equal(errno, ECONNRESET);
}

static void
failure_of_our_own_is_told_by_errno(void **state)
{
	int pipe_ends[2];

	(void)state;
	assert_int_equal(psd_frame_recv(PSD_NO_FD, 0, &frame), PSD_HEARD_ERROR);
	assert_int_equal(errno, EBADF);
	assert_empty();
	assert_int_equal(pipe(pipe_ends), 0);
	assert_int_equal(psd_frame_recv(pipe_ends[0], 0, &frame),
	    PSD_HEARD_ERROR);
	assert_int_equal(errno, ENOTSOCK);
	assert_empty();
	psd_fd_close(pipe_ends[0]);
	psd_fd_close(pipe_ends[1]);
}

static void
empty_record_before_the_end_never_becomes_a_frame(void **state)
{
	(void)state;
	send_bytes("", 0);
	send_bytes("", 0);
	assert_int_equal(shutdown(ends[0], SHUT_WR), 0);
	/* It cannot be told from the end by then, and need not be. */
	for (int i = 0; i < 4; i++)
		hear(PSD_HEARD_END);
}

static void
descriptors_beside_the_end_are_closed(void **state)
{
	const size_t before = test_fds_count();
	const int fd = STDERR_FILENO;
	enum psd_heard heard;

	(void)state;
	assert_int_equal(test_raw_send(ends[0], "", 0, &fd, 1), 0);
	assert_int_equal(shutdown(ends[0], SHUT_WR), 0);
	heard = psd_frame_recv(ends[1], 0, &frame);
	assert_true(heard == PSD_HEARD_BROKEN || heard == PSD_HEARD_END);
	assert_int_equal(test_fds_count(), before);
}

static int
hear_bare(void **state)
{
	(void)state;
	is_bare = true;
	return 0;
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		WITH_PAIR(frame_arrives_as_it_was_sent),
		WITH_PAIR(header_is_little_endian),
		WITH_PAIR(record_shorter_than_a_header_is_broken),
		WITH_PAIR(many_empty_records_are_each_broken),
		WITH_PAIR(one_byte_more_than_the_longest_record_is_broken),
		WITH_PAIR(header_of_no_known_meaning_is_broken),
		WITH_PAIR(nothing_is_told_from_the_end),
		WITH_PAIR(closing_is_an_end_too),
		WITH_PAIR(queued_frames_are_read_before_the_end),
		WITH_PAIR(connection_reset_does_not_hide_queued_frames),
		WITH_PAIR(failure_of_our_own_is_told_by_errno),
		WITH_PAIR(descriptors_beside_the_end_are_closed),
		WITH_PAIR(empty_record_before_the_end_never_becomes_a_frame),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) +
	    cmocka_run_group_tests_name("bare", tests, hear_bare, NULL);
}
