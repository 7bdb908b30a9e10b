/* SPDX-License-Identifier: ISC */
/* What comes beside a record: descriptors, and what is none. */
#include "tests/support/fds.h"
#include "tests/support/valgrind.h"
#include "tests/unit/frame_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/uio.h>
#include <unistd.h>

/* Sends a good header with n copies of standard error beside it. */
static void
send_with(size_t n)
{
	unsigned char bytes[PSD_FRAME_HEADER];
	int fds[TEST_RAW_FDS];

	for (size_t i = 0; i < TEST_RAW_FDS; i++)
		fds[i] = STDERR_FILENO;
	test_raw_header(bytes, PSD_FRAME_REQUEST, 2, 1, 0);
	assert_int_equal(test_raw_send(ends[0], bytes, sizeof(bytes), fds, n),
	    sizeof(bytes));
}

static void
up_to_four_descriptors_arrive_close_on_exec(void **state)
{
	const size_t before = test_fds_count();

	(void)state;
	for (size_t n = 0; n <= PSD_FDS_MAX; n++) {
		send_with(n);
		hear(PSD_HEARD_FRAME);
		assert_int_equal(frame.n_fds, n);
		assert_int_equal(test_fds_count(), before + n);
		for (size_t i = 0; i < n; i++)
			assert_int_equal(fcntl(frame.fds[i], F_GETFD),
			    FD_CLOEXEC);
		for (size_t i = n; i < PSD_FDS_MAX; i++)
			assert_int_equal(frame.fds[i], PSD_NO_FD);
		psd_frame_clear(&frame);
		assert_int_equal(test_fds_count(), before);
	}
}

static void
too_many_descriptors_are_broken_and_all_closed(void **state)
{
	static const size_t counts[] = { PSD_FDS_MAX + 1, 15, 16, 17, 100,
		TEST_RAW_FDS };
	const size_t before = test_fds_count();

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(counts); i++) {
		send_with(counts[i]);
		hear(PSD_HEARD_BROKEN);
		assert_int_equal(test_fds_count(), before);
	}
	send_with(1);
	hear(PSD_HEARD_FRAME);
}

static void
flood_of_descriptors_leaves_none_behind(void **state)
{
	const size_t before = test_fds_count();

	(void)state;
	for (int i = 0; i < 2000; i++) {
		send_with(TEST_RAW_FDS);
		hear(PSD_HEARD_BROKEN);
	}
	assert_int_equal(test_fds_count(), before);
}

static void
descriptors_of_an_unreadable_record_are_closed(void **state)
{
	static unsigned char bytes[PSD_FRAME_MAX + 1];
	static const size_t lengths[] = { 0, 1, PSD_FRAME_HEADER - 1,
		PSD_FRAME_HEADER /* of zeroes */, PSD_FRAME_MAX + 1 };
	const int fds[] = { STDERR_FILENO, STDERR_FILENO };
	const size_t before = test_fds_count();

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(lengths); i++) {
		assert_int_equal(test_raw_send(ends[0], bytes, lengths[i], fds,
				     2),
		    lengths[i]);
		hear(PSD_HEARD_BROKEN);
		assert_int_equal(test_fds_count(), before);
	}
}

/* One control message. */
struct message {
	int type;
	size_t n_fds; /* of SCM_RIGHTS */
};

static size_t
put_message(unsigned char *at, const struct message *message)
{
	const struct ucred self = { getpid(), geteuid(), getegid() };
	const int fds[4] = { STDERR_FILENO, STDERR_FILENO, STDERR_FILENO,
		STDERR_FILENO };
	const void *data = fds;
	size_t len = message->n_fds * sizeof(int);
	struct cmsghdr header = { .cmsg_level = SOL_SOCKET,
		.cmsg_type = message->type };

	if (message->type == SCM_CREDENTIALS) {
		data = &self;
		len = sizeof(self);
	}
	header.cmsg_len = CMSG_LEN(len);
	memcpy(at, &header, sizeof(header));
	memcpy(at + CMSG_LEN(0), data, len);
	return CMSG_SPACE(len);
}

static void
send_messages(const struct message *messages, size_t n)
{
	union {
		struct cmsghdr align;
		unsigned char bytes[512];
	} control;
	unsigned char bytes[PSD_FRAME_HEADER];
	struct iovec vector = { bytes, sizeof(bytes) };
	struct msghdr header = { .msg_iov = &vector,
		.msg_iovlen = 1,
		.msg_control = &control };

	memset(&control, 0, sizeof(control));
	test_raw_header(bytes, PSD_FRAME_REQUEST, 2, 1, 0);
	for (size_t i = 0; i < n; i++)
		header.msg_controllen +=
		    put_message(control.bytes + header.msg_controllen,
			&messages[i]);
	assert_int_equal(sendmsg(ends[0], &header, MSG_NOSIGNAL),
	    sizeof(bytes));
}

/* Linux glues the lists of one sendmsg() together, so only the sum counts. */
static void
two_lists_of_descriptors_count_as_one(void **state)
{
	static const struct message few[] = { { SCM_RIGHTS, 2 },
		{ SCM_RIGHTS, 2 } };
	static const struct message many[] = { { SCM_RIGHTS, 3 },
		{ SCM_RIGHTS, 2 } };
	const size_t before = test_fds_count();

	(void)state;
	send_messages(few, PSD_ELEMENTS(few));
	hear(PSD_HEARD_FRAME);
	assert_int_equal(frame.n_fds, 4);
	psd_frame_clear(&frame);
	send_messages(many, PSD_ELEMENTS(many));
	hear(PSD_HEARD_BROKEN);
	assert_int_equal(test_fds_count(), before);
}

/*
 * Whether credentials arrive at all is the receiver's choice, and we never
 * choose it.  Should somebody, they are refused with what comes beside them.
 */
static void
credentials_are_passed_over_or_refused(void **state)
{
	static const struct message cases[][2] = {
		{ { SCM_CREDENTIALS, 0 }, { SCM_RIGHTS, 2 } },
		{ { SCM_RIGHTS, 2 }, { SCM_CREDENTIALS, 0 } },
	};
	const size_t before = test_fds_count();
	const int on = 1;

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++) {
		send_messages(cases[i], 2);
		hear(PSD_HEARD_FRAME);
		assert_int_equal(frame.n_fds, 2);
		psd_frame_clear(&frame);
		assert_int_equal(test_fds_count(), before);
	}
	assert_int_equal(setsockopt(ends[1], SOL_SOCKET, SO_PASSCRED, &on,
			     sizeof(on)),
	    0);
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++) {
		send_messages(cases[i], 2);
		hear(PSD_HEARD_BROKEN);
		assert_int_equal(test_fds_count(), before);
	}
	send_with(0);
	hear(PSD_HEARD_BROKEN);
}

/* Receives with exactly free_numbers descriptors left to this process. */
static void
hear_with_few_numbers(rlim_t free_numbers, enum psd_heard expected)
{
	const size_t before = test_fds_count();
	const int lowest = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0);
	struct rlimit was, few;
	enum psd_heard heard;

	assert_true(lowest >= 0);
	psd_fd_close(lowest);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &was), 0);
	few = was;
	few.rlim_cur = (rlim_t)lowest + free_numbers;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	heard = psd_frame_recv(ends[1], 0, &frame);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &was), 0);
	assert_int_equal(heard, expected);
	/* Either way the reader learns which request this was about. */
	assert_int_equal(frame.is_cut, expected == PSD_HEARD_BROKEN);
	assert_int_equal(frame.op, 2);
	assert_int_equal(frame.id, 1);
	psd_frame_clear(&frame);
	assert_false(frame.is_cut);
	assert_int_equal(test_fds_count(), before);
}

/*
 * The kernel hands over as many as there are numbers for and drops the rest;
 * when there is no number at all, MSG_CTRUNC is the only trace of them.
 */
static void
descriptors_that_found_no_number_break_the_frame(void **state)
{
	(void)state;
	if (test_under_valgrind()) {
		print_message("SKIP: valgrind has a limit of its own\n");
		skip();
	}
	for (rlim_t free_numbers = 0; free_numbers < 3; free_numbers++) {
		send_with(3);
		hear_with_few_numbers(free_numbers, PSD_HEARD_BROKEN);
	}
	send_with(3);
	hear_with_few_numbers(3, PSD_HEARD_FRAME);
	send_with(1);
	hear_with_few_numbers(0, PSD_HEARD_BROKEN);
	send_with(0);
	hear_with_few_numbers(0, PSD_HEARD_FRAME);
}

static void
sent_descriptors_stay_the_senders(void **state)
{
	static struct psd_frame sent;
	const size_t before = test_fds_count();

	(void)state;
	psd_frame_init(&sent);
	test_raw_header(sent.bytes, PSD_FRAME_REPLY, 6, 1, 0);
	sent.len = PSD_FRAME_HEADER;
	for (size_t i = 0; i < PSD_FDS_MAX; i++)
		sent.fds[sent.n_fds++] =
		    fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0);
	assert_int_equal(psd_frame_send(ends[0], 0, &sent), 0);
	assert_int_equal(test_fds_count(), before + PSD_FDS_MAX);
	hear(PSD_HEARD_FRAME);
	assert_int_equal(frame.n_fds, PSD_FDS_MAX);
	assert_int_equal(test_fds_count(), before + 2 * PSD_FDS_MAX);
	psd_frame_clear(&sent);
	assert_int_equal(test_fds_count(), before + PSD_FDS_MAX);
	psd_frame_clear(&sent);
	psd_frame_clear(&frame);
	assert_int_equal(test_fds_count(), before);
}

static void
descriptors_arrive_in_the_order_sent(void **state)
{
	unsigned char bytes[PSD_FRAME_HEADER];
	int pipe_ends[2];

	(void)state;
	assert_int_equal(pipe2(pipe_ends, O_CLOEXEC), 0);
	test_raw_header(bytes, PSD_FRAME_REPLY, 6, 1, 0);
	assert_int_equal(test_raw_send(ends[0], bytes, sizeof(bytes), pipe_ends,
			     2),
	    sizeof(bytes));
	hear(PSD_HEARD_FRAME);
	assert_int_equal(frame.n_fds, 2);
	assert_int_equal(fcntl(frame.fds[0], F_GETFL) & O_ACCMODE, O_RDONLY);
	assert_int_equal(fcntl(frame.fds[1], F_GETFL) & O_ACCMODE, O_WRONLY);
	psd_fd_close(pipe_ends[0]);
	psd_fd_close(pipe_ends[1]);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		WITH_PAIR(up_to_four_descriptors_arrive_close_on_exec),
		WITH_PAIR(too_many_descriptors_are_broken_and_all_closed),
		WITH_PAIR(flood_of_descriptors_leaves_none_behind),
		WITH_PAIR(descriptors_of_an_unreadable_record_are_closed),
		WITH_PAIR(two_lists_of_descriptors_count_as_one),
		WITH_PAIR(credentials_are_passed_over_or_refused),
		WITH_PAIR(descriptors_that_found_no_number_break_the_frame),
		WITH_PAIR(sent_descriptors_stay_the_senders),
		WITH_PAIR(descriptors_arrive_in_the_order_sent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
