/* SPDX-License-Identifier: ISC */
/* Ends in the middle: of a request, and of many outstanding answers. */
#include "tests/unit/leak_fixture.h"

#include <time.h>

enum { ROUNDS = 100, OUTSTANDING = 100 };

/* Says half a request, as any process that is killed while it writes. */
static int
say_half(void *argument)
{
	static struct psd_frame frame;
	const int *end = argument;

	make_request(&frame, 1);
	if (send(*end, frame.bytes, frame.len / 2, MSG_NOSIGNAL) < 0)
		return 1;
	return sleep_on(NULL);
}

static void
naive_stream_leaves_half_a_request(void **state)
{
	unsigned char bytes[PSD_FRAME_HEADER + 8];
	int ends[2];
	pid_t helper;

	(void)state;
	naive_pair(SOCK_STREAM, ends);
	helper = test_child_start(say_half, &ends[1]);
	assert_int_equal(test_poll(ends[0], POLLIN, TEST_DEADLINE), POLLIN);
	test_child_kill(helper);
	assert_int_equal(recv(ends[0], bytes, sizeof(bytes), MSG_DONTWAIT),
	    sizeof(bytes) / 2);
	/* The rest never comes, and our own copy keeps the end away. */
	assert_false(end_comes(ends[0], TEST_GLIMPSE));
	psd_fd_close(ends[0]);
	psd_fd_close(ends[1]);
}

/* Pipelines requests, ids counting from 1, until it is killed. */
static int
pipeline(void *argument)
{
	static struct psd_frame frame;
	const int *ends = argument;

	psd_fd_close(ends[0]);
	for (uint32_t id = 1;; id++) {
		make_request(&frame, id);
		if (psd_frame_send(ends[1], 1, &frame) < 0)
			return 1;
	}
}

static enum psd_heard
hear_request(struct psd_conv *conv, uint32_t id)
{
	static struct psd_frame frame;
	const struct psd_op_row *row = psd_op_find(PSD_OP_ping);
	struct psd_ping_req req;
	enum psd_heard heard;

	psd_frame_init(&frame);
	heard = psd_conv_recv(conv, 0, &frame);
	if (heard != PSD_HEARD_FRAME)
		return heard;
	assert_int_equal(frame.op, PSD_OP_ping);
	assert_int_equal(frame.id, id);
	assert_int_equal(psd_decode(&frame, row->req, sizeof(req), &req), 0);
	assert_int_equal(req.cookie, id);
	psd_frame_clear(&frame);
	return heard;
}

/*
 * Kills a helper that is writing at any moment.  has_copy says whether the
 * other end stays open somewhere; then the end is known from the death alone.
 */
static uint32_t
kill_in_the_middle(bool has_copy, long microseconds)
{
	struct psd_conv conv;
	int ends[2];
	pid_t helper;
	uint32_t id = 1;

	assert_int_equal(psd_pair(SOCK_SEQPACKET, ends), 0);
	helper = test_child_start(pipeline, ends);
	assert_true(helper > 0);
	if (!has_copy)
		psd_fd_close(ends[1]);
	psd_conv_init(&conv, ends[0]);
	/* The first is killed whenever that is, the others at work. */
	if (microseconds > 0)
		assert_int_equal(test_poll(ends[0], POLLIN, TEST_DEADLINE),
		    POLLIN);
	(void)nanosleep(&(struct timespec){ 0, microseconds * 1000 }, NULL);
	while (id < 50 && hear_request(&conv, id) == PSD_HEARD_FRAME)
		id++;
	test_child_kill(helper);
	while (hear_request(&conv, id) == PSD_HEARD_FRAME)
		id++;
	assert_int_equal(hear_request(&conv, id),
	    has_copy ? PSD_HEARD_NOTHING : PSD_HEARD_END);
	psd_conv_close(&conv);
	if (has_copy)
		psd_fd_close(ends[1]);
	return id - 1;
}

static void
request_of_a_killed_helper_is_whole_or_not_there(void **state)
{
	uint32_t requests = 0;

	(void)state;
	for (int i = 0; i < ROUNDS; i++)
		requests += kill_in_the_middle(i % 2 == 0, 37 * i);
	assert_true(requests > 0);
	print_message("%u requests of %d killed helpers, each whole\n",
	    requests, ROUNDS);
}

/* What a side has to answer once it has heard the end of the questions. */
struct answerer {
	int end;
	int first_failure; /* of an answer; 0 for none */
	uint32_t questions;
};

/* Reads to the end, then answers everything, then ends in turn. */
static int
answer_at_the_end(struct answerer *answerer)
{
	static struct psd_frame frame;
	struct psd_conv conv;
	enum psd_heard heard;

	psd_conv_init(&conv, answerer->end);
	psd_frame_init(&frame);
	while ((heard = psd_conv_recv(&conv, 1, &frame)) == PSD_HEARD_FRAME) {
		psd_frame_clear(&frame);
		answerer->questions++;
	}
	if (heard != PSD_HEARD_END)
		return 1;
	for (uint32_t id = 1; id <= answerer->questions; id++) {
		int r;

		psd_frame_init(&frame);
		psd_encode_status(&frame, PSD_OP_ping, id, 0);
		r = psd_conv_send(&conv, 1, &frame);
		if (r < 0 && answerer->first_failure == 0)
			answerer->first_failure = r;
	}
	if (psd_conv_end(&conv) < 0 || conv.state != PSD_CONV_CLOSED)
		return 1;
	psd_conv_close(&conv);
	return 0;
}

/* A process that answers; its exit status says how that went. */
enum { ALL_ANSWERED, NONE_HEARD, WRONG };

static int
be_answerer(void *argument)
{
	const int *ends = argument;
	struct answerer answerer = { .end = ends[1] };

	psd_fd_close(ends[0]);
	if (answer_at_the_end(&answerer) != 0 ||
	    answerer.questions != OUTSTANDING)
		return WRONG;
	return answerer.first_failure == 0 ? ALL_ANSWERED : NONE_HEARD;
}

static pid_t
ask_all(int ends[2])
{
	static struct psd_frame frame;
	pid_t answerer;

	assert_int_equal(psd_pair(SOCK_SEQPACKET, ends), 0);
	answerer = test_child_start(be_answerer, ends);
	assert_true(answerer > 0);
	psd_fd_close(ends[1]);
	for (uint32_t id = 1; id <= OUTSTANDING; id++) {
		make_request(&frame, id);
		assert_int_equal(psd_frame_send(ends[0], 1, &frame), 0);
	}
	return answerer;
}

static void
naive_close_loses_every_outstanding_answer(void **state)
{
	int ends[2];
	const pid_t answerer = ask_all(ends);

	(void)state;
	psd_fd_close(ends[0]);
	assert_int_equal(test_child_exit_status(answerer), NONE_HEARD);
}

static void
half_closed_side_gets_every_outstanding_answer(void **state)
{
	static struct psd_frame frame;
	struct psd_conv conv;
	int ends[2];
	const pid_t answerer = ask_all(ends);

	(void)state;
	psd_conv_init(&conv, ends[0]);
	assert_int_equal(psd_conv_end(&conv), 0);
	psd_frame_init(&frame);
	for (uint32_t id = 1; id <= OUTSTANDING; id++) {
		assert_int_equal(psd_conv_recv(&conv, 1, &frame),
		    PSD_HEARD_FRAME);
		assert_int_equal(frame.id, id);
		assert_int_equal(frame.status, 0);
		psd_frame_clear(&frame);
	}
	assert_int_equal(psd_conv_recv(&conv, 1, &frame), PSD_HEARD_END);
	assert_int_equal(conv.state, PSD_CONV_CLOSED);
	psd_conv_close(&conv);
	assert_int_equal(test_child_exit_status(answerer), ALL_ANSWERED);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(naive_stream_leaves_half_a_request),
		cmocka_unit_test(
		    request_of_a_killed_helper_is_whole_or_not_there),
		cmocka_unit_test(naive_close_loses_every_outstanding_answer),
		cmocka_unit_test(
		    half_closed_side_gets_every_outstanding_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
