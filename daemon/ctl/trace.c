/* SPDX-License-Identifier: ISC */
#include "daemon/ctl/trace.h"

#include "common/codec.h"
#include "common/mem.h"
#include "common/print.h"
#include "common/trace.h"
#include "daemon/ctl/out.h"
#include "daemon/ctl/trace_json.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum {
	USEC_PER_SEC = 1000000,
	/* Bytes that a byte can take: \x1b, and "\u001b" in JSON. */
	ESCAPED = 4,
	ESCAPED_JSON = 6,
};

/* What is being printed; not on the stack, since it holds frames. */
struct tracer {
	bool as_json;
	struct psd_trace trace;
	struct psd_frame frame;
	const struct psd_op_row *row; /* NULL: no operation that there is */
	const struct psd_field *layout;
	const void *fields; /* NULL: it cannot be decoded */
	union {
		union psd_any_req req;
		union psd_any_rep rep;
	} room;
	char text[ESCAPED * PSD_FRAME_MAX + PSD_TRACE_TEXT_MAX];
};

/* An event until it is written, which it is at once; stdio's to the end. */
static char line[ESCAPED_JSON * (PSD_FRAME_MAX + 2 * PSD_TRACE_TEXT_MAX)];

/* Whose side is shut down by a signal. */
static int control_fd;

static void
on_signal(int number)
{
	(void)number;
	(void)shutdown(control_fd, SHUT_WR);
}

/* Not where whoever started us wants it ignored. */
static void
take_signals(void)
{
	const struct sigaction once = {
		.sa_handler = on_signal,
		.sa_flags = (int)(SA_RESETHAND | SA_RESTART),
	};
	const int numbers[] = { SIGINT, SIGTERM };

	for (size_t i = 0; i < PSD_ELEMENTS(numbers); i++) {
		struct sigaction present;

		if (sigaction(numbers[i], NULL, &present) == 0 &&
		    present.sa_handler != SIG_IGN)
			(void)sigaction(numbers[i], &once, NULL);
	}
}

/* A reply that says an error has no fields. */
static void
decode(struct tracer *tracer)
{
	const struct psd_trace_head *head = &tracer->trace.head;
	const bool is_reply = head->type == PSD_FRAME_REPLY;
	const struct psd_op_row *row = psd_op_find(head->op);

	tracer->row = row;
	tracer->fields = NULL;
	psd_frame_init(&tracer->frame);
	if (row == NULL || head->status != 0 ||
	    psd_trace_get_frame(&tracer->trace, &tracer->frame) < 0)
		return;
	tracer->layout = is_reply ? row->rep : row->req;
	if (psd_decode(&tracer->frame, tracer->layout,
		is_reply ? row->rep_size : row->req_size, &tracer->room) == 0)
		tracer->fields = &tracer->room;
}

static void
release(struct tracer *tracer)
{
	if (tracer->fields != NULL)
		psd_fields_release(tracer->layout, &tracer->room);
	psd_frame_clear(&tracer->frame);
	tracer->fields = NULL;
}

/* "open(access=read, path="/etc/passwd", mode=0000)" */
static void
print_operation(struct tracer *tracer, char *ret, size_t size)
{
	const struct psd_trace_head *head = &tracer->trace.head;
	const bool is_reply = head->type == PSD_FRAME_REPLY;
	const struct psd_bytes body = {
		(const unsigned char *)tracer->trace.bytes, head->body_len
	};
	int len;

	len = tracer->row != NULL
	    ? snprintf(ret, size, "%s", tracer->row->name)
	    : snprintf(ret, size, "operation %u", (unsigned)head->op);
	if (head->status != 0) {
		const char *name = strerrorname_np(-head->status);

		(void)snprintf(ret + len, size - (size_t)len, ": %s",
		    name != NULL ? name : "error");
		return;
	}
	len += snprintf(ret + len, size - (size_t)len, is_reply ? ": " : "(");
	if (tracer->fields != NULL)
		psd_print_fields(ret + len, size - (size_t)len - 2,
		    tracer->layout, tracer->fields);
	else
		(void)psd_print_list(ret + len, size - (size_t)len - 2,
		    PSD_KIND_bytes, &body);
	if (is_reply && ret[len] == '\0')
		(void)snprintf(ret + len, size - (size_t)len, "done");
	len += (int)strlen(ret + len);
	if (!is_reply)
		(void)snprintf(ret + len, size - (size_t)len, ")");
}

static const char *
verdict_name(uint32_t verdict)
{
	switch (verdict) {
	case PSD_TRACE_ALLOWED:
		return "allowed";
	case PSD_TRACE_REFUSED:
		return "refused";
	default:
		return "dropped";
	}
}

/* What is behind the time and the helper's name. */
static void
print_event(struct tracer *tracer, FILE *stream)
{
	const struct psd_trace *trace = &tracer->trace;
	const struct psd_trace_head *head = &trace->head;

	switch (head->kind) {
	case PSD_TRACE_FRAME:
		print_operation(tracer, tracer->text, sizeof(tracer->text));
		fprintf(stream, "%s %" PRIu32 " %s",
		    head->verdict == PSD_TRACE_NO_VERDICT ? "told" : "asks",
		    head->id, tracer->text);
		if (head->verdict == PSD_TRACE_NO_VERDICT)
			break;
		fprintf(stream, ": %s: ", verdict_name(head->verdict));
		psd_ctl_put(stream, psd_trace_text(trace));
		break;
	case PSD_TRACE_END:
		fputs("has ended the conversation", stream);
		break;
	case PSD_TRACE_STOP:
		fputs("is told to end", stream);
		break;
	case PSD_TRACE_DROPPED:
		fputs("dropped: ", stream);
		psd_ctl_put(stream, psd_trace_text(trace));
		break;
	case PSD_TRACE_GONE:
		fputs("ended: ", stream);
		psd_ctl_put(stream, psd_trace_text(trace));
		break;
	default:
		break;
	}
}

static void
print_text(struct tracer *tracer, FILE *stream)
{
	const struct psd_trace_head *head = &tracer->trace.head;

	fprintf(stream, "%" PRIu64 ".%06" PRIu64 " ", head->usec / USEC_PER_SEC,
	    head->usec % USEC_PER_SEC);
	psd_ctl_put(stream, head->service);
	fprintf(stream, "[%d", head->pid);
	if (head->conversation != 0)
		fprintf(stream, "/%" PRIu32, head->conversation);
	fputs("] ", stream);
	print_event(tracer, stream);
	fputc('\n', stream);
}

static int
print(struct tracer *tracer)
{
	FILE *stream = tracer->as_json ? stdout : stderr;
	json_t *event;
	int r = 0;

	if (tracer->trace.head.kind == PSD_TRACE_FRAME)
		decode(tracer);
	if (!tracer->as_json) {
		print_text(tracer, stream);
	} else {
		event = psd_ctl_trace_json(&tracer->trace, tracer->row,
		    tracer->layout, tracer->fields);
		r = event == NULL || json_dumpf(event, stream, 0) < 0 ? -ENOMEM
								      : 0;
		json_decref(event);
		fputc('\n', stream);
	}
	release(tracer);
	if (r == 0 && (fflush(stream) != 0 || ferror(stream) != 0))
		r = -EIO;
	return r;
}

int
psd_ctl_trace(const struct psd_start *start, bool as_json)
{
	_cleanup_free_ struct tracer *tracer = calloc(1, sizeof(*tracer));
	int r = tracer == NULL ? -ENOMEM : 0;

	control_fd = start->control;
	take_signals();
	if (tracer != NULL) {
		tracer->as_json = as_json;
		psd_frame_init(&tracer->frame);
		/* A line at a time, so that none of the log comes between. */
		(void)setvbuf(as_json ? stdout : stderr, line, _IOFBF,
		    sizeof(line));
	}
	while (r == 0) {
		r = psd_trace_receive(start->pair, &tracer->trace);
		if (r == 0)
			r = print(tracer);
		else if (r == -EINTR)
			r = 0;
	}
	if (r == -EPIPE)
		return 0;
	psd_ctl_complain("cannot trace: %s", strerror(-r));
	return r;
}
