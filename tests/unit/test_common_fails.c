/* SPDX-License-Identifier: ISC */
/*
 * What comes and goes by a socket when the system fails: interrupted it begins
 * again, and all else is told.
 */
#include "tests/unit/failing_fixture.h"

#include "common/conv.h"
#include "common/frame.h"
#include "common/handover.h"
#include "common/hello.h"
#include "common/notice.h"
#include "common/ops.h"
#include "common/trace.h"

#include <sys/resource.h>

static struct psd_trace
empty_trace(void)
{
	struct psd_trace trace;

	memset(&trace, 0, sizeof(trace));
	trace.head.version = PSD_TRACE_VERSION;
	trace.head.type = PSD_FRAME_REQUEST;
	trace.head.n_fds = 2;
	return trace;
}

/* What sends or receives something once; 0 or -errno. */

static int
send_handover(void)
{
	const struct psd_handover handover = {
		.version = PSD_HANDOVER_VERSION,
		.kind = PSD_HANDOVER_ENDED,
	};

	return psd_handover_send(ends[0], &handover, PSD_NO_FD);
}

static int
receive_handover(void)
{
	struct psd_handover handover;
	int fd = PSD_NO_FD;

	return psd_handover_receive(ends[1], &handover, &fd);
}

static int
send_notice(void)
{
	const struct psd_notice notice = psd_notice_make(PSD_NOTICE_CONFINED);

	return psd_notice_send(ends[0], &notice, NULL, 0);
}

static int
receive_notice(void)
{
	struct psd_noticed noticed;
	const int r = psd_notice_receive(ends[1], 1000, &noticed);

	if (r == 0)
		psd_notice_clear(&noticed);
	return r;
}

static int
send_trace(void)
{
	const struct psd_trace trace = empty_trace();

	return psd_trace_send(ends[0], &trace);
}

static int
receive_trace(void)
{
	static struct psd_trace trace;

	return psd_trace_receive(ends[1], &trace);
}

static int
send_frame(void)
{
	static struct psd_frame frame;

	psd_frame_init(&frame);
	memset(frame.bytes, 0, PSD_FRAME_HEADER);
	frame.bytes[0] = PSD_FRAME_REQUEST;
	frame.bytes[2] = PSD_OP_ping;
	frame.len = PSD_FRAME_HEADER;
	return psd_frame_send(ends[0], 0, &frame);
}

static int
errno_of(enum psd_heard heard)
{
	return heard == PSD_HEARD_FRAME ? 0
	    : heard == PSD_HEARD_ERROR  ? -errno
					: -EBADMSG;
}

static int
receive_frame(void)
{
	static struct psd_frame frame;

	return errno_of(psd_frame_recv(ends[1], 0, &frame));
}

static int
receive_bare_frame(void)
{
	static struct psd_frame frame;

	return errno_of(psd_frame_recv_bare(ends[1], 1, &frame));
}

static const struct exchange {
	int (*send)(void);
	int (*receive)(void);
	const char *send_call, *receive_call;
	int reset; /* what an ECONNRESET comes to; 0: it is read on */
} exchanges[] = {
	{ send_handover, receive_handover, "send", "recvmsg", 0 },
	{ send_notice, receive_notice, "send", "recvmsg", -EPIPE },
	{ send_trace, receive_trace, "send", "recv", -EPIPE },
	{ send_frame, receive_frame, "send", "recvmsg", 0 },
	{ send_frame, receive_bare_frame, "send", "recv", 0 },
};

static void
what_is_interrupted_begins_again(void **state)
{
	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(exchanges); i++) {
		const struct exchange *one = &exchanges[i];

		fail_next(one->send_call, EINTR, 0);
		assert_int_equal(one->send(), 0);
		/* A receiver of traces has its loop for that. */
		if (one->receive != receive_trace)
			fail_next(one->receive_call, EINTR, 0);
		assert_int_equal(one->receive(), 0);
		assert_null(failing);
	}
	assert_int_equal(send_notice(), 0);
	fail_next("poll", EINTR, 0);
	assert_int_equal(receive_notice(), 0);
}

static void
what_fails_is_told(void **state)
{
	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(exchanges); i++) {
		const struct exchange *one = &exchanges[i];

		fail_next(one->send_call, ENOBUFS, 0);
		assert_int_equal(one->send(), -ENOBUFS);
		assert_int_equal(one->send(), 0);
		fail_next(one->receive_call, ENOMEM, 0);
		assert_int_equal(one->receive(), -ENOMEM);
		fail_next(one->receive_call, ECONNRESET, 0);
		assert_int_equal(one->receive(), one->reset);
		if (one->reset != 0)
			assert_int_equal(one->receive(), 0);
	}
	fail_next("poll", ENOMEM, 0);
	assert_int_equal(receive_notice(), -ENOMEM);
}

/* An empty record may be the end; where that cannot be told it is an error. */
static void
end_that_cannot_be_looked_at_is_an_error(void **state)
{
	(void)state;
	assert_int_equal(send(ends[0], "", 0, 0), 0);
	fail_next("poll", ENOMEM, 0);
	assert_int_equal(receive_frame(), -ENOMEM);
	assert_int_equal(send(ends[0], "", 0, 0), 0);
	fail_next("poll", EINTR, 0);
	assert_int_equal(receive_frame(), -EBADMSG);
}

/* Whoever asks for them gets the sender's ids beside the record. */
static void
what_else_comes_beside_a_record_is_no_descriptor(void **state)
{
	const int yes = 1;

	(void)state;
	assert_int_equal(setsockopt(ends[1], SOL_SOCKET, SO_PASSCRED, &yes,
			     sizeof(yes)),
	    0);
	assert_int_equal(send_notice(), 0);
	assert_int_equal(receive_notice(), 0);
	assert_int_equal(send_frame(), 0);
	assert_int_equal(receive_frame(), -EBADMSG);
	assert_int_equal(send_handover(), 0);
	assert_int_equal(receive_handover(), -EBADMSG);
}

static void
trace_without_descriptors_to_show_is_told(void **state)
{
	const struct psd_trace trace = empty_trace();
	static struct psd_frame frame;
	struct rlimit limit, one_more;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	one_more = limit;
	one_more.rlim_cur = (rlim_t)ends[1] + 2;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &one_more), 0);
	assert_int_equal(psd_trace_get_frame(&trace, &frame), -EMFILE);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	assert_int_equal(frame.n_fds, 0);
}

static void
end_that_cannot_be_said_is_told(void **state)
{
	struct psd_conv conv;

	(void)state;
	psd_conv_init(&conv, ends[0]);
	fail_next("shutdown", ENOBUFS, 0);
	assert_int_equal(psd_conv_end(&conv), -ENOBUFS);
	fail_next("shutdown", ENOTCONN, 0);
	assert_int_equal(psd_conv_end(&conv), 0);
}

static void
greeting_that_cannot_be_sent_is_told(void **state)
{
	static struct psd_frame frame;
	struct psd_conv conv;

	(void)state;
	psd_conv_init(&conv, ends[0]);
	fail_next("send", ENOBUFS, 0);
	assert_int_equal(psd_hello_say(&conv, &frame), -ENOBUFS);
}

static void
queues_that_cannot_be_bounded_are_told(void **state)
{
	(void)state;
	fail_next("setsockopt", ENOMEM, 1);
	assert_int_equal(psd_pair_bound_queues(ends), -ENOMEM);
	assert_int_equal(psd_pair_bound_queues(ends), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_interrupted_begins_again),
		TEST(what_fails_is_told),
		TEST(end_that_cannot_be_looked_at_is_an_error),
		TEST(what_else_comes_beside_a_record_is_no_descriptor),
		TEST(trace_without_descriptors_to_show_is_told),
		TEST(end_that_cannot_be_said_is_told),
		TEST(greeting_that_cannot_be_sent_is_told),
		TEST(queues_that_cannot_be_bounded_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
