/* SPDX-License-Identifier: ISC */
#ifndef PSD_TRACE_H
#define PSD_TRACE_H

#include "common/frame.h"

/*
 * What privsepctl run --trace is told of a helper by the privsepd that runs it:
 * one record an event, from one of our programs to another of the same build.
 */
enum psd_trace_kind {
	PSD_TRACE_FRAME,   /* of either side */
	PSD_TRACE_END,     /* the helper ended its side of a conversation */
	PSD_TRACE_STOP,    /* the daemon ended its side first */
	PSD_TRACE_DROPPED, /* and text says why, without a frame */
	PSD_TRACE_GONE,    /* the process ended, and text says how */
};

enum psd_trace_verdict {
	PSD_TRACE_NO_VERDICT, /* a reply */
	PSD_TRACE_ALLOWED,    /* by text */
	PSD_TRACE_REFUSED,
	PSD_TRACE_BROKEN, /* the frame broke the protocol, and text says how */
};

enum {
	PSD_TRACE_VERSION = 1,
	PSD_TRACE_NAME_MAX = 63,
	PSD_TRACE_TEXT_MAX = 8192,
};

struct psd_trace_head {
	uint32_t version; /* PSD_TRACE_VERSION */
	uint32_t kind;
	int32_t pid;
	uint32_t conversation; /* 0: the helper's first; else of a clone */
	uint64_t usec;         /* since the helper was started */
	char service[PSD_TRACE_NAME_MAX + 1];
	uint32_t verdict;
	/* Of a frame, as in struct psd_frame. */
	uint16_t type, op;
	uint32_t id;
	int32_t status;
	uint32_t n_fds;    /* that were beside it; they do not come along */
	uint32_t body_len; /* without the header */
	uint32_t text_len;
};

struct psd_trace {
	struct psd_trace_head head;
	/* The frame's body, then the text, closed by a NUL. */
	char bytes[PSD_FRAME_MAX + PSD_TRACE_TEXT_MAX + 1];
};

/* Copies frame, which comes before a text, or text, cut where full. */
void psd_trace_put_frame(struct psd_trace *trace,
    const struct psd_frame *frame);
void psd_trace_put_text(struct psd_trace *trace, const char *text);

const char *psd_trace_text(const struct psd_trace *trace);

/* Sends it as one record, and waits for room.  0 or -errno. */
int psd_trace_send(int fd, const struct psd_trace *trace);

/*
 * Waits for the next.  0; -EPIPE at the end; -EBADMSG: it was none; -EINTR; or
 * another -errno.
 */
int psd_trace_receive(int fd, struct psd_trace *ret);

/*
 * Makes the frame that a record has, with descriptors that stand for those that
 * were beside it.  0, and it is to be cleared; or -errno.
 */
int psd_trace_get_frame(const struct psd_trace *trace, struct psd_frame *ret);

#endif
