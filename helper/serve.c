/* SPDX-License-Identifier: ISC */
#include "common/codec.h"
#include "common/fd.h"
#include "common/mem.h"
#include "helper/exchange.h"
#include "helper/inherit.h"
#include "helper/message.h"
#include "helper/receive.h"

#include <errno.h>
#include <stdlib.h>

/* For a client to say hello, and to read what it is answered. */
static const uint64_t patience_usec = UINT64_C(10) * 1000000;

static psd_deadline
say_deadline(const struct privsep *client)
{
	return psd_deadline_after(
	    client->timeout != 0 ? client->timeout : patience_usec);
}

/* Answers a hello; the versions that both have are ours alone so far. */
static int
answer_hello(struct psd_exchange *exchange, psd_deadline deadline)
{
	const struct psd_op_row *row = psd_svc_find(PSD_OP_svc_hello);
	struct psd_frame *frame = exchange->in;
	struct psd_svc_hello_rep rep = { .version = PSD_SVC_PROTOCOL };
	struct psd_svc_hello_req req;
	int r;

	if (frame->type != PSD_FRAME_REQUEST || frame->op != row->op ||
	    frame->id != PSD_SVC_HELLO_ID ||
	    psd_decode(frame, row->req, row->req_size, &req) < 0)
		return -EPROTO;
	if (req.oldest > PSD_SVC_PROTOCOL || req.newest < PSD_SVC_PROTOCOL) {
		psd_encode_status(&exchange->out, (uint16_t)row->op, frame->id,
		    -EPROTONOSUPPORT);
		(void)psd_message_say(exchange, deadline);
		return -EPROTONOSUPPORT;
	}
	r = psd_encode_reply(&exchange->out, row, frame->id, &rep);
	return r < 0 ? r : psd_message_say(exchange, deadline);
}

int
privsep_from_client(struct privsep **ret, int fd)
{
	const psd_deadline deadline = psd_deadline_after(patience_usec);
	struct privsep *client;
	int r;

	r = psd_inherit_check(fd);
	if (r < 0) {
		psd_fd_close(fd);
		return r;
	}
	client = psd_conversation_make(fd, PSD_SERVES_CLIENT);
	if (client == NULL)
		return -ENOMEM;
	r = psd_message_hear(client->exchange, deadline);
	if (r == 0)
		r = answer_hello(client->exchange, deadline);
	psd_frame_clear(client->exchange->in);
	if (r < 0) {
		privsep_free(client);
		return r;
	}
	*ret = client;
	return 0;
}

/* The call in exchange->in, whose id its answer will have. */
static int
take_call(struct psd_exchange *exchange, struct privsep_buffer *ret)
{
	const struct psd_op_row *row = psd_svc_find(PSD_OP_svc_call);
	struct psd_frame *frame = exchange->in;
	struct psd_svc_call_req req;

	if (frame->type != PSD_FRAME_REQUEST || frame->op != row->op ||
	    psd_decode(frame, row->req, row->req_size, &req) < 0)
		return -EPROTO;
	exchange->has_call = true;
	exchange->call_id = frame->id;
	return psd_message_take(&req.message, &req.descriptors, ret);
}

/* A client that broke the rules, or is gone, is not heard any more. */
static void
note_fate(struct psd_exchange *exchange, int r)
{
	if (r == 0 || r == -ETIMEDOUT || r == -ERANGE || r == -EALREADY)
		return;
	exchange->fate = r;
	if (r != -EPIPE)
		(void)psd_receive_break(exchange);
}

int
privsep_receive(struct privsep *client, struct privsep_buffer *ret_call)
{
	struct psd_exchange *exchange = client->exchange;
	int r;

	if (exchange->side != PSD_SERVES_CLIENT)
		return -EOPNOTSUPP;
	psd_exchange_lock(client);
	r = exchange->has_call ? -EALREADY : exchange->fate;
	if (r == 0)
		r = psd_message_hear(exchange,
		    psd_deadline_after(client->timeout));
	if (r == 0)
		r = take_call(exchange, ret_call);
	psd_frame_clear(exchange->in);
	if (!exchange->is_foreign)
		note_fate(exchange, r);
	psd_exchange_unlock(client);
	return r;
}

/* What does not fit is not sent, and the call is still to be answered. */
static int
say_answer(struct privsep *client, int status,
    const struct privsep_message *reply)
{
	const struct psd_op_row *row = psd_svc_find(PSD_OP_svc_call);
	struct psd_exchange *exchange = client->exchange;
	struct psd_svc_call_rep rep;
	int r = 0;

	psd_fields_init(row->rep, row->rep_size, &rep);
	if (status < 0) {
		psd_encode_status(&exchange->out, (uint16_t)row->op,
		    exchange->call_id, status);
	} else {
		r = psd_message_give(reply, &rep.message, &rep.descriptors);
		if (r == 0)
			r = psd_encode_reply(&exchange->out, row,
			    exchange->call_id, &rep);
		psd_fields_release(row->rep, &rep);
		if (r < 0)
			return r;
	}
	exchange->has_call = false;
	r = psd_message_say(exchange, say_deadline(client));
	if (r < 0)
		note_fate(exchange, r == -ETIMEDOUT ? -EPROTO : r);
	return r;
}

int
privsep_answer(struct privsep *client, int status,
    const struct privsep_message *reply)
{
	struct psd_exchange *exchange = client->exchange;
	int r;

	if (exchange->side != PSD_SERVES_CLIENT || status > 0)
		return -EINVAL;
	psd_exchange_lock(client);
	r = exchange->fate != 0  ? exchange->fate
	    : exchange->has_call ? 0
				 : -EINVAL;
	if (r == 0)
		r = say_answer(client, status, reply);
	psd_exchange_unlock(client);
	return r;
}

static void
close_all(struct privsep_buffer *buffer)
{
	for (size_t i = 0; i < buffer->n_fds && i < PRIVSEP_FDS_MAX; i++)
		psd_fd_cleanup(&buffer->fds[i]);
	buffer->n_fds = 0;
}

/* Answers one call, as privsep_serve() is given it. */
typedef int answerer(void *cookie, struct privsep_buffer *call,
    struct privsep_buffer *reply);

/* Room for what goes back and forth. */
struct buffers {
	unsigned char call[PRIVSEP_MESSAGE_MAX];
	unsigned char reply[PRIVSEP_MESSAGE_MAX];
};

/* What cannot be sent is told as what was in the way. */
static int
send_answer(struct privsep *client, int status,
    const struct privsep_buffer *reply)
{
	struct privsep_message message = {
		.bytes = reply->bytes,
		.len = reply->len,
		.n_fds = reply->n_fds,
	};
	int r;

	for (size_t i = 0; i < reply->n_fds && i < PRIVSEP_FDS_MAX; i++)
		message.fds[i] = reply->fds[i];
	r = privsep_answer(client, status > 0 ? -EINVAL : status, &message);
	/* Of a conversation that is over this only tells the same again. */
	return r < 0 ? privsep_answer(client, r, NULL) : r;
}

static int
answer_one(struct privsep *client, struct buffers *buffers, answerer *answer,
    void *cookie)
{
	struct privsep_buffer call = {
		.bytes = buffers->call,
		.size = sizeof(buffers->call),
	};
	struct privsep_buffer reply = {
		.bytes = buffers->reply,
		.size = sizeof(buffers->reply),
	};
	int r;

	r = privsep_receive(client, &call);
	if (r < 0)
		return r;
	r = answer(cookie, &call, &reply);
	close_all(&call);
	r = send_answer(client, r, &reply);
	close_all(&reply);
	return r;
}

/* Takes over fd.  What ends it is that client's affair. */
static void
serve_client(int fd, struct buffers *buffers, answerer *answer, void *cookie)
{
	struct privsep *client;

	if (privsep_from_client(&client, fd) < 0)
		return;
	while (answer_one(client, buffers, answer, cookie) == 0)
		;
	(void)privsep_end(client);
}

int
privsep_serve(struct privsep *conversation, answerer *answer, void *cookie)
{
	_cleanup_free_ struct buffers *buffers = malloc(sizeof(*buffers));

	if (buffers == NULL)
		return -ENOMEM;
	for (;;) {
		const int fd = privsep_accept(conversation, NULL);

		if (fd < 0)
			return fd == -ESHUTDOWN || fd == -ECANCELED ? 0 : fd;
		serve_client(fd, buffers, answer, cookie);
	}
}
