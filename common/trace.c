/* SPDX-License-Identifier: ISC */
#include "common/trace.h"

#include "common/record.h"

#include <string.h>

void
psd_trace_put_frame(struct psd_trace *trace, const struct psd_frame *frame)
{
	struct psd_trace_head *head = &trace->head;

	head->type = frame->type;
	head->op = frame->op;
	head->id = frame->id;
	head->status = frame->status;
	head->n_fds = frame->n_fds;
	head->body_len =
	    frame->len > PSD_FRAME_HEADER ? frame->len - PSD_FRAME_HEADER : 0;
	memcpy(trace->bytes, frame->bytes + PSD_FRAME_HEADER, head->body_len);
}

void
psd_trace_put_text(struct psd_trace *trace, const char *text)
{
	const size_t len = strnlen(text, PSD_TRACE_TEXT_MAX);
	char *at = trace->bytes + trace->head.body_len;

	memcpy(at, text, len);
	at[len] = '\0';
	trace->head.text_len = (uint32_t)len;
}

int
psd_trace_send(int fd, const struct psd_trace *trace)
{
	const size_t len =
	    sizeof(trace->head) + trace->head.body_len + trace->head.text_len;

	return psd_record_send(fd, trace, len, NULL, 0, 0);
}
