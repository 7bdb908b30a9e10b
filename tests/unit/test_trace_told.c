/* SPDX-License-Identifier: ISC */
/* What privsepctl run --trace makes of each event, as text and as JSON. */
#include "common/codec.h"
#include "common/fd.h"
#include "common/mem.h"
#include "common/pair.h"
#include "common/trace.h"
#include "daemon/ctl/start.h"
#include "daemon/ctl/trace.h"
#include "tests/support/capture.h"
#include "tests/support/fds.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

enum { NO_ROW = 999 };

/* One event: a frame of stat, or of an operation that there is not, or none. */
static const struct event {
	struct psd_trace_head head;
	bool is_stat; /* a request that can be decoded */
	const char *text;
	const char *told, *json;
} events[] = {
	{ { .kind = PSD_TRACE_FRAME, .verdict = PSD_TRACE_ALLOWED }, true,
	    "www.policy:4", "asks 7 stat(path=\"/srv\"): allowed: www.policy:4",
	    "\"fields\": {\"path\": \"/srv\"}, \"verdict\": \"allowed\", "
	    "\"reason\": \"www.policy:4\"" },
	{ { .kind = PSD_TRACE_FRAME, .verdict = PSD_TRACE_REFUSED }, true,
	    "no line\033", "): refused: no line\\x1b",
	    "\"verdict\": \"refused\", \"reason\": \"no line\\u001B\"" },
	{ { .kind = PSD_TRACE_FRAME,
	      .verdict = PSD_TRACE_BROKEN,
	      .type = PSD_FRAME_REQUEST,
	      .op = NO_ROW },
	    false, "no such operation",
	    "asks 0 operation 999(\"\"): dropped: no such operation",
	    "\"operation\": 999, \"bytes\": \"\", \"verdict\": \"dropped\"" },
	{ { .kind = PSD_TRACE_FRAME,
	      .type = PSD_FRAME_REPLY,
	      .op = PSD_OP_unlink },
	    false, "", "told 0 unlink: done",
	    "\"event\": \"reply\", \"id\": 0, \"operation\": \"unlink\", "
	    "\"status\": 0, \"fields\": {}" },
	{ { .kind = PSD_TRACE_FRAME,
	      .type = PSD_FRAME_REPLY,
	      .op = PSD_OP_unlink,
	      .status = -EPERM },
	    false, "", "told 0 unlink: EPERM",
	    "\"status\": -1, \"error\": \"EPERM\"" },
	{ { .kind = PSD_TRACE_FRAME,
	      .type = PSD_FRAME_REPLY,
	      .op = PSD_OP_unlink,
	      .status = -4000 },
	    false, "", "told 0 unlink: error", "\"status\": -4000}" },
	/* A reply with a body that its layout does not have. */
	{ { .kind = PSD_TRACE_FRAME,
	      .type = PSD_FRAME_REPLY,
	      .op = PSD_OP_stat },
	    false, "", "told 0 stat: \"\"", "\"bytes\": \"\"" },
	{ { .kind = PSD_TRACE_END, .conversation = 2 }, false, "",
	    "www[4711/2] has ended the conversation", "\"event\": \"end\"" },
	{ { .kind = PSD_TRACE_STOP }, false, "", "www[4711] is told to end",
	    "\"event\": \"stop\"" },
	{ { .kind = PSD_TRACE_DROPPED }, false, "an empty record",
	    "dropped: an empty record",
	    "\"event\": \"dropped\", \"reason\": \"an empty record\"" },
	{ { .kind = PSD_TRACE_GONE }, false, "orderly", "ended: orderly",
	    "\"event\": \"gone\", \"reason\": \"orderly\"" },
	{ { .kind = PSD_TRACE_GONE + 1 }, false, "", "www[4711] \n",
	    "\"event\": \"unknown\"" },
};

static void
send_event(int end, const struct event *event)
{
	static struct psd_trace trace;
	static struct psd_frame frame;
	struct psd_stat_req req = { .path = psd_str_of("/srv") };

	trace.head = event->head;
	trace.head.version = PSD_TRACE_VERSION;
	trace.head.pid = 4711;
	trace.head.usec = 1000002;
	(void)snprintf(trace.head.service, sizeof(trace.head.service), "www");
	if (event->is_stat) {
		psd_frame_init(&frame);
		assert_int_equal(psd_encode_request(&frame,
				     psd_op_find(PSD_OP_stat), 7, &req),
		    0);
		psd_trace_put_frame(&trace, &frame);
	}
	psd_trace_put_text(&trace, event->text);
	assert_int_equal(psd_trace_send(end, &trace), 0);
}

struct asked {
	struct psd_start start;
	bool as_json;
};

static int
trace_all(void *argument)
{
	const struct asked *asked = argument;

	return psd_ctl_trace(&asked->start, asked->as_json);
}

/* What is told of what stands in the pair until its end. */
static int
tell(int ends[2], bool as_json, struct test_capture *ret)
{
	struct asked asked = {
		.start = { .control = PSD_NO_FD, .pair = ends[0] },
		.as_json = as_json,
	};
	int r;

	psd_fd_cleanup(&ends[1]);
	r = test_capture(trace_all, &asked, ret);
	psd_fd_cleanup(&ends[0]);
	return r;
}

static void
every_event_is_told(void **state)
{
	const size_t before = test_fds_count();

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(events); i++) {
		for (int as_json = 0; as_json < 2; as_json++) {
			const char *wanted =
			    as_json ? events[i].json : events[i].told;
			struct test_capture said;
			int ends[2];

			assert_int_equal(psd_pair(SOCK_SEQPACKET, ends), 0);
			send_event(ends[1], &events[i]);
			assert_int_equal(tell(ends, as_json == 1, &said), 0);
			if (strstr(as_json ? said.out : said.err, wanted) ==
			    NULL)
				fail_msg("%zu, %s: %s%s", i, wanted, said.out,
				    said.err);
			if (!as_json)
				assert_ptr_equal(strstr(said.err,
						     "1.000002 www[4711"),
				    said.err);
		}
	}
	assert_int_equal(test_fds_count(), before);
}

static void
record_that_is_none_ends_the_trace(void **state)
{
	struct test_capture said;
	int ends[2];

	(void)state;
	assert_int_equal(psd_pair(SOCK_SEQPACKET, ends), 0);
	assert_int_equal(send(ends[1], "x", 1, MSG_NOSIGNAL), 1);
	send_event(ends[1], &events[0]);
	assert_true(tell(ends, false, &said) < 0);
	assert_non_null(strstr(said.err, "cannot trace: Bad message"));
	assert_null(strstr(said.err, "asks"));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_event_is_told),
		cmocka_unit_test(record_that_is_none_ends_the_trace),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
