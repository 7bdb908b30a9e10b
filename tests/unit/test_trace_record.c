/* SPDX-License-Identifier: ISC */
#include "common/codec.h"
#include "common/fd.h"
#include "common/mem.h"
#include "common/pair.h"
#include "common/trace.h"
#include "tests/support/fds.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

/* Records of --trace, between a privsepd and the privsepctl that started it. */
static struct psd_trace sent, got;
static struct psd_frame frame;
static int ends[2];

static int
make_pair(void **state)
{
	(void)state;
	assert_int_equal(psd_pair(SOCK_SEQPACKET, ends), 0);
	memset(&sent, 0, sizeof(sent));
	sent.head = (struct psd_trace_head){
		.version = PSD_TRACE_VERSION,
		.kind = PSD_TRACE_FRAME,
		.pid = 4711,
		.service = "www",
	};
	return 0;
}

static int
close_pair(void **state)
{
	(void)state;
	psd_fd_cleanup(&ends[0]);
	psd_fd_cleanup(&ends[1]);
	return 0;
}

static void
frame_and_text_arrive_as_they_were(void **state)
{
	struct psd_stat_req req = { .path = psd_str_of("/srv/www") };

	(void)state;
	psd_frame_init(&frame);
	assert_int_equal(psd_encode_request(&frame, psd_op_find(PSD_OP_stat), 7,
			     &req),
	    0);
	psd_trace_put_frame(&sent, &frame);
	psd_trace_put_text(&sent, "not in www.policy");
	assert_int_equal(psd_trace_send(ends[0], &sent), 0);
	assert_int_equal(psd_trace_receive(ends[1], &got), 0);
	assert_string_equal(psd_trace_text(&got), "not in www.policy");
	assert_string_equal(got.head.service, "www");

	memset(&req, 0, sizeof(req));
	assert_int_equal(psd_trace_get_frame(&got, &frame), 0);
	assert_int_equal(frame.id, 7);
	assert_int_equal(psd_decode(&frame, psd_op_find(PSD_OP_stat)->req,
			     sizeof(req), &req),
	    0);
	assert_string_equal(req.path.at, "/srv/www");
}

static void
descriptors_are_stood_for_and_closed(void **state)
{
	const size_t before = test_fds_count();
	struct psd_open_rep rep;

	(void)state;
	sent.head.type = PSD_FRAME_REPLY;
	sent.head.op = PSD_OP_open;
	sent.head.n_fds = 1;
	assert_int_equal(psd_trace_get_frame(&sent, &frame), 0);
	assert_int_equal(test_fds_count(), before + 1);
	assert_int_equal(psd_decode(&frame, psd_op_find(PSD_OP_open)->rep,
			     sizeof(rep), &rep),
	    0);
	psd_fields_release(psd_op_find(PSD_OP_open)->rep, &rep);
	assert_int_equal(test_fds_count(), before);
}

static void
longest_record_arrives_and_a_longer_text_is_cut(void **state)
{
	static char text[PSD_TRACE_TEXT_MAX + 100];

	(void)state;
	psd_frame_init(&frame);
	frame.len = PSD_FRAME_MAX;
	memset(text, 'x', sizeof(text) - 1);
	psd_trace_put_frame(&sent, &frame);
	psd_trace_put_text(&sent, text);
	assert_int_equal(psd_trace_send(ends[0], &sent), 0);
	assert_int_equal(psd_trace_receive(ends[1], &got), 0);
	assert_int_equal(strlen(psd_trace_text(&got)), PSD_TRACE_TEXT_MAX);
	assert_int_equal(got.head.body_len, PSD_FRAME_MAX - PSD_FRAME_HEADER);
}

/* What a head may not say, and how long the record is then. */
static void
record_that_is_none_is_refused(void **state)
{
	const struct psd_trace_head good = sent.head;
	struct psd_trace_head bad[8];
	size_t n = 0;

	(void)state;
	bad[n] = good;
	bad[n++].version++;
	bad[n] = good;
	bad[n++].n_fds = PSD_FDS_MAX + 1;
	bad[n] = good;
	bad[n++].body_len = 1;
	bad[n] = good;
	bad[n++].body_len = UINT32_MAX;
	bad[n] = good;
	bad[n++].text_len = UINT32_MAX;
	bad[n] = good;
	memset(bad[n++].service, 'x', sizeof(bad[0].service));
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(send(ends[0], &bad[i], sizeof(bad[i]), 0),
		    sizeof(bad[i]));
		assert_int_equal(psd_trace_receive(ends[1], &got), -EBADMSG);
	}
	assert_int_equal(send(ends[0], &good, sizeof(good) - 1, 0),
	    sizeof(good) - 1);
	assert_int_equal(psd_trace_receive(ends[1], &got), -EBADMSG);
	assert_int_equal(send(ends[0], &sent, sizeof(sent), 0), sizeof(sent));
	assert_int_equal(psd_trace_receive(ends[1], &got), -EBADMSG);
}

static void
end_is_told(void **state)
{
	(void)state;
	psd_fd_cleanup(&ends[0]);
	assert_int_equal(psd_trace_receive(ends[1], &got), -EPIPE);
	assert_int_equal(psd_trace_send(ends[1], &sent), -EPIPE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    frame_and_text_arrive_as_they_were, make_pair, close_pair),
		cmocka_unit_test_setup_teardown(
		    descriptors_are_stood_for_and_closed, make_pair,
		    close_pair),
		cmocka_unit_test_setup_teardown(
		    longest_record_arrives_and_a_longer_text_is_cut, make_pair,
		    close_pair),
		cmocka_unit_test_setup_teardown(record_that_is_none_is_refused,
		    make_pair, close_pair),
		cmocka_unit_test_setup_teardown(end_is_told, make_pair,
		    close_pair),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
