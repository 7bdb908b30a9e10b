/* SPDX-License-Identifier: ISC */
#ifndef STATE_FIXTURE_H
#define STATE_FIXTURE_H

/*
 * Every type of message that can be said in a conversation: each row of the
 * catalogue as a request, and what no helper says.
 */
#include "tests/op/talk_fixture.h"

/* Which of the table's columns a message belongs to. */
enum message_class {
	MESSAGE_HELLO,
	MESSAGE_FREE,      /* a request that needs no grant */
	MESSAGE_GRANTED,   /* one that the policy grants */
	MESSAGE_BAD_HELLO, /* of a version that there is not */
	MESSAGE_FOREIGN,   /* nothing that a helper may say, whatever it has */
};

struct message {
	const char *name;
	enum message_class class;
	const struct psd_op_row *row; /* NULL: a header alone, or less */
	uint16_t type, op;
	int32_t status;
	uint32_t len; /* of what is no request */
};

static const struct message foreign[] = {
	{ "a hello of no version", MESSAGE_BAD_HELLO, NULL, 1, PSD_OP_hello },
	{ "a reply", MESSAGE_FOREIGN, NULL, 2, PSD_OP_ping, 0, 12 },
	{ "a reply of hello", MESSAGE_FOREIGN, NULL, 2, PSD_OP_hello, 0, 12 },
	{ "a reply with an error", MESSAGE_FOREIGN, NULL, 2, PSD_OP_accept, -1,
	    12 },
	{ "type 0", MESSAGE_FOREIGN, NULL, 0, PSD_OP_ping, 0, 12 },
	{ "type 3", MESSAGE_FOREIGN, NULL, 3, PSD_OP_ping, 0, 12 },
	{ "type 257", MESSAGE_FOREIGN, NULL, 257, PSD_OP_accept, 0, 12 },
	{ "a request with a status", MESSAGE_FOREIGN, NULL, 1, PSD_OP_accept, 1,
	    12 },
	{ "operation 0", MESSAGE_FOREIGN, NULL, 1, 0, 0, 12 },
	{ "operation 999", MESSAGE_FOREIGN, NULL, 1, PSD_OPS_END - 1, 0, 12 },
	{ "operation 65535", MESSAGE_FOREIGN, NULL, 1, UINT16_MAX, 0, 12 },
	{ "of control.sock", MESSAGE_FOREIGN, NULL, 1, PSD_OP_ctl_status, 0,
	    12 },
	{ "of a client", MESSAGE_FOREIGN, NULL, 1, PSD_OP_svc_hello, 0, 12 },
	{ "of a resolver", MESSAGE_FOREIGN, NULL, 1, PSD_OP_lookup_host, 0,
	    12 },
	{ "of the relay", MESSAGE_FOREIGN, NULL, 1, PSD_OP_relay, 0, 12 },
	{ "of a watcher", MESSAGE_FOREIGN, NULL, 1, PSD_OP_watch, 0, 12 },
	{ "a ping without a cookie", MESSAGE_FOREIGN, NULL, 1, PSD_OP_ping, 0,
	    12 },
	{ "an accept with a byte", MESSAGE_FOREIGN, NULL, 1, PSD_OP_accept, 0,
	    13 },
	{ "half a header", MESSAGE_FOREIGN, NULL, 1, PSD_OP_accept, 0, 6 },
	{ "an empty record", MESSAGE_FOREIGN, NULL, 1, PSD_OP_accept, 0, 0 },
};

static size_t
count_messages(void)
{
	return psd_op_count + PSD_ELEMENTS(foreign);
}

static struct message
find_message(size_t i)
{
	const struct psd_op_row *row;

	if (i >= psd_op_count)
		return foreign[i - psd_op_count];
	row = &psd_op_rows[i];
	return (struct message){
		.name = row->name,
		.class = row->op == PSD_OP_hello ? MESSAGE_HELLO
		    : row->is_free               ? MESSAGE_FREE
						 : MESSAGE_GRANTED,
		.row = row,
		.op = (uint16_t)row->op,
	};
}

/*
 * What an earlier message removed is there again, and so is room at the server:
 * nobody accepts what connects to it.
 */
static void
make_what_is_gone(const char *dir, const struct message *message)
{
	char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s/server", dir);
	if (message->op == PSD_OP_connect_unix)
		(void)unlink(path);
	if (access(path, F_OK) < 0)
		sample_make(dir);
	(void)snprintf(path, sizeof(path), "%s/file", dir);
	if (access(path, F_OK) < 0)
		sample_make(dir);
}

/* A request that the row's sample has, or that goes by numbers. */
static void
fill_message(const struct talk *talk, const struct message *message,
    struct psd_frame *frame, uint32_t id)
{
	const struct psd_op_row *row = message->row;
	union psd_any_req req;

	if (message->class == MESSAGE_HELLO) {
		req.as_hello =
		    (struct psd_hello_req){ .oldest = 0, .newest = UINT32_MAX };
	} else if (message->class == MESSAGE_BAD_HELLO) {
		row = psd_op_find(PSD_OP_hello);
		req.as_hello = (struct psd_hello_req){
			.oldest = PSD_PROTOCOL + 1,
			.newest = UINT32_MAX,
		};
	} else {
		make_what_is_gone(talk->rig->dir, message);
		sample_fill(row, sample_succeeds_with(row), talk->rig->dir,
		    &req);
	}
	/* Of the first program that it has run, if it has. */
	if (message->op == PSD_OP_wait_program)
		req.as_wait_program.handle = 1;
	if (message->op == PSD_OP_kill_program)
		req.as_kill_program.handle = 1;
	assert_int_equal(psd_encode_request(frame, row, id, &req), 0);
}

static void
put_16(unsigned char *at, uint16_t value)
{
	at[0] = (unsigned char)value;
	at[1] = (unsigned char)(value >> 8);
}

static void
fill_foreign(const struct message *message, struct psd_frame *frame,
    uint32_t id)
{
	const uint32_t status = (uint32_t)message->status;

	memset(frame->bytes, 0, PSD_FRAME_HEADER + 1);
	put_16(frame->bytes, message->type);
	put_16(frame->bytes + 2, message->op);
	put_16(frame->bytes + 4, (uint16_t)id);
	put_16(frame->bytes + 8, (uint16_t)status);
	put_16(frame->bytes + 10, (uint16_t)(status >> 16));
	frame->len = message->len;
}

/* Without a turn of the daemon's.  False: it is not there any more. */
static bool
say(const struct talk *talk, const struct message *message, uint32_t id)
{
	static struct psd_frame frame;
	int r;

	psd_frame_init(&frame);
	if (message->class == MESSAGE_FOREIGN)
		fill_foreign(message, &frame, id);
	else
		fill_message(talk, message, &frame, id);
	r = psd_frame_send(talk->end, 0, &frame);
	psd_frame_clear(&frame);
	assert_true(r == 0 || r == -EPIPE || r == -ECONNRESET);
	return r == 0;
}

/* What may wait for others, for good. */
static bool
may_wait(const struct message *message)
{
	return message->row != NULL &&
	    (message->op == PSD_OP_accept ||
		message->op == PSD_OP_wait_program ||
		message->row->asks_resolver);
}

#endif
