/* SPDX-License-Identifier: ISC */
#ifndef TEST_SERVICE_SCRIPTS_H
#define TEST_SERVICE_SCRIPTS_H

#include "common/frame.h"
#include "common/ops.h"

#include <errno.h>

enum { CLOSED = -1 };

/* Records that a side says one after the other; those heard are empty. */
struct script {
	const char *name;
	struct line {
		int type; /* 0: hears a record; CLOSED: shuts down */
		uint32_t op, id;
		int status;
		const char *body;
		size_t len;
		size_t n_fds;
	} lines[4];
	int expected; /* of who is spoken to */
};

#define HELLO_BODY "\1\0\0\0\1\0\0\0"
#define HELLO \
	{ \
		.type = PSD_FRAME_REQUEST, .op = PSD_OP_svc_hello, .id = 1, \
		.body = HELLO_BODY, .len = 8 \
	}
#define HEAR \
	{ \
		.type = 0 \
	}
#define END_OF \
	{ \
		.type = CLOSED \
	}

#define STOP \
	{ \
		.type = 99 \
	}

static const struct script of_clients[] = {
	{ "a call before hello",
	    { { .type = PSD_FRAME_REQUEST,
		  .op = PSD_OP_svc_call,
		  .id = 1,
		  .body = "\0\0\0\0\0\0\0\0",
		  .len = 8 },
		STOP },
	    -EPROTO },
	{ "hello with another id",
	    { { .type = PSD_FRAME_REQUEST,
		  .op = PSD_OP_svc_hello,
		  .id = 2,
		  .body = HELLO_BODY,
		  .len = 8 },
		STOP },
	    -EPROTO },
	{ "hello with a byte too many",
	    { { .type = PSD_FRAME_REQUEST,
		  .op = PSD_OP_svc_hello,
		  .id = 1,
		  .body = HELLO_BODY "x",
		  .len = 9 },
		STOP },
	    -EPROTO },
	{ "hello with a descriptor",
	    { { .type = PSD_FRAME_REQUEST,
		  .op = PSD_OP_svc_hello,
		  .id = 1,
		  .body = HELLO_BODY,
		  .len = 8,
		  .n_fds = 1 },
		STOP },
	    -EPROTO },
	{ "versions that nobody has",
	    { { .type = PSD_FRAME_REQUEST,
		  .op = PSD_OP_svc_hello,
		  .id = 1,
		  .body = "\2\0\0\0\3\0\0\0",
		  .len = 8 },
		STOP },
	    -EPROTONOSUPPORT },
	{ "a reply in the place of hello",
	    { { .type = PSD_FRAME_REPLY,
		  .op = PSD_OP_svc_hello,
		  .id = 1,
		  .body = HELLO_BODY,
		  .len = 8 },
		STOP },
	    -EPROTO },
	{ "a request to a daemon",
	    { { .type = PSD_FRAME_REQUEST,
		  .op = PSD_OP_hello,
		  .id = 1,
		  .body = HELLO_BODY,
		  .len = 8 },
		STOP },
	    -EPROTO },
	{ "an end", { END_OF, STOP }, -EPIPE },
	{ "hello twice", { HELLO, HEAR, HELLO, STOP }, -EPROTO },
	{ "a call without a body",
	    { HELLO, HEAR,
		{ .type = PSD_FRAME_REQUEST, .op = PSD_OP_svc_call, .id = 2 },
		STOP },
	    -EPROTO },
	{ "a message longer than the record",
	    { HELLO, HEAR,
		{ .type = PSD_FRAME_REQUEST,
		    .op = PSD_OP_svc_call,
		    .id = 2,
		    .body = "\5\0\0\0abc\0\0\0\0",
		    .len = 11 },
		STOP },
	    -EPROTO },
	{ "a length near the largest number",
	    { HELLO, HEAR,
		{ .type = PSD_FRAME_REQUEST,
		    .op = PSD_OP_svc_call,
		    .id = 2,
		    .body = "\xff\xff\xff\xff\0\0\0\0",
		    .len = 8 },
		STOP },
	    -EPROTO },
	{ "more descriptors than there are",
	    { HELLO, HEAR,
		{ .type = PSD_FRAME_REQUEST,
		    .op = PSD_OP_svc_call,
		    .id = 2,
		    .body = "\0\0\0\0\2\0\0\0",
		    .len = 8,
		    .n_fds = 1 },
		STOP },
	    -EPROTO },
	{ "fewer descriptors than there are",
	    { HELLO, HEAR,
		{ .type = PSD_FRAME_REQUEST,
		    .op = PSD_OP_svc_call,
		    .id = 2,
		    .body = "\0\0\0\0\1\0\0\0",
		    .len = 8,
		    .n_fds = 2 },
		STOP },
	    -EPROTO },
	{ "a count of descriptors near the largest number",
	    { HELLO, HEAR,
		{ .type = PSD_FRAME_REQUEST,
		    .op = PSD_OP_svc_call,
		    .id = 2,
		    .body = "\0\0\0\0\xff\xff\xff\xff",
		    .len = 8,
		    .n_fds = 4 },
		STOP },
	    -EPROTO },
	{ "an orderly end", { HELLO, HEAR, END_OF, STOP }, -EPIPE },
};

static const struct script of_services[] = {
	{ "a version that was not offered",
	    { HEAR,
		{ .type = PSD_FRAME_REPLY,
		    .op = PSD_OP_svc_hello,
		    .id = 1,
		    .body = "\2\0\0\0",
		    .len = 4 },
		STOP },
	    -EPROTO },
	{ "another id",
	    { HEAR,
		{ .type = PSD_FRAME_REPLY,
		    .op = PSD_OP_svc_hello,
		    .id = 2,
		    .body = "\1\0\0\0",
		    .len = 4 },
		STOP },
	    -EPROTO },
	{ "another operation",
	    { HEAR,
		{ .type = PSD_FRAME_REPLY,
		    .op = PSD_OP_svc_call,
		    .id = 1,
		    .body = "\1\0\0\0",
		    .len = 4 },
		STOP },
	    -EPROTO },
	{ "a request", { HEAR, HELLO, STOP }, -EPROTO },
	{ "no body",
	    { HEAR,
		{ .type = PSD_FRAME_REPLY, .op = PSD_OP_svc_hello, .id = 1 },
		STOP },
	    -EPROTO },
	{ "descriptors beside it",
	    { HEAR,
		{ .type = PSD_FRAME_REPLY,
		    .op = PSD_OP_svc_hello,
		    .id = 1,
		    .body = "\1\0\0\0",
		    .len = 4,
		    .n_fds = 4 },
		STOP },
	    -EPROTO },
	{ "a success that is none",
	    { HEAR,
		{ .type = PSD_FRAME_REPLY,
		    .op = PSD_OP_svc_hello,
		    .id = 1,
		    .status = 1,
		    .body = "\1\0\0\0",
		    .len = 4 },
		STOP },
	    -EPROTO },
	{ "an error that there is not",
	    { HEAR,
		{ .type = PSD_FRAME_REPLY,
		    .op = PSD_OP_svc_hello,
		    .id = 1,
		    .status = -5000 },
		STOP },
	    -EPROTO },
	{ "a refusal",
	    { HEAR,
		{ .type = PSD_FRAME_REPLY,
		    .op = PSD_OP_svc_hello,
		    .id = 1,
		    .status = -EUSERS },
		STOP },
	    -EUSERS },
	{ "a refusal that came first",
	    { { .type = PSD_FRAME_REPLY,
		  .op = PSD_OP_svc_hello,
		  .id = 1,
		  .status = -EPERM },
		END_OF, STOP },
	    -EPERM },
	{ "an end", { END_OF, STOP }, -EPIPE },
	{ "a reply that nobody asked for",
	    { HEAR,
		{ .type = PSD_FRAME_REPLY,
		    .op = PSD_OP_svc_hello,
		    .id = 1,
		    .body = "\1\0\0\0",
		    .len = 4 },
		{ .type = PSD_FRAME_REPLY,
		    .op = PSD_OP_svc_call,
		    .id = 77,
		    .body = "\0\0\0\0\0\0\0\0",
		    .len = 8,
		    .n_fds = 0 },
		STOP },
	    -EPROTO },
};

#endif
