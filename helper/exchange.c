/* SPDX-License-Identifier: ISC */
#include "helper/exchange.h"

#include "common/codec.h"
#include "helper/waiting.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

/* The kernel's errors end here, and so does what a status may say. */
enum { ERRNO_MAX = 4095 };

void
psd_exchange_lock(struct privsep *conversation)
{
	(void)pthread_mutex_lock(&conversation->lock);
}

void
psd_exchange_unlock(struct privsep *conversation)
{
	(void)pthread_mutex_unlock(&conversation->lock);
}

/*
 * Somebody has to receive as long as somebody waits.  Whoever stops doing so
 * wakes one of the others, and no more: only one can.
 */
static void
pass_on(struct privsep *conversation)
{
	if (conversation->receiving || conversation->unread != NULL)
		return;
	for (size_t i = 0; i < PSD_ASKED_MAX; i++) {
		struct psd_waiting *place = &conversation->waiting[i];

		if (place->state == PSD_WAIT_ASKED && !place->is_kept) {
			(void)pthread_cond_signal(&place->answered);
			return;
		}
	}
}

/* Everybody who waits learns that no reply comes any more. */
static void
finish(struct privsep *conversation, int fate)
{
	if (conversation->fate == 0)
		conversation->fate = fate;
	for (size_t i = 0; i < PSD_ASKED_MAX; i++)
		(void)pthread_cond_signal(&conversation->waiting[i].answered);
	(void)pthread_cond_broadcast(&conversation->room);
}

int
psd_exchange_break(struct privsep *conversation)
{
	(void)shutdown(conversation->conv.fd, SHUT_RDWR);
	conversation->conv.state = PSD_CONV_CLOSED;
	finish(conversation, -EPROTO);
	return -EPROTO;
}

/*
 * Sending under the lock cannot wait for a daemon that waits for us to
 * receive: the requests that PSD_ASKED_MAX allows fit the socket's buffer.
 */
static int
send_request(struct privsep *conversation, const struct psd_op_row *row,
    uint32_t id, void *req)
{
	int r;

	psd_frame_init(&conversation->out);
	r = psd_encode_request(&conversation->out, row, id, req);
	if (r < 0)
		return r;
	r = psd_conv_send(&conversation->conv, 1, &conversation->out);
	psd_frame_clear(&conversation->out);
	/* Replies may still be queued, so this is not yet the end of all. */
	return r == -ECONNRESET ? -EPIPE : r;
}

int
psd_exchange_ask(struct privsep *conversation, const struct psd_op_row *row,
    void *req, size_t rep_size, struct psd_waiting **ret_place)
{
	struct psd_waiting *place;
	uint32_t id;
	int r;

	if (conversation->fate != 0)
		return conversation->fate;
	if (!psd_waiting_has_room(conversation, row))
		return -EBUSY;
	id = psd_waiting_new_id(conversation);
	r = send_request(conversation, row, id, req);
	if (r < 0)
		return r;
	place = psd_waiting_find_free(conversation);
	place->state = PSD_WAIT_ASKED;
	place->is_kept = false;
	place->id = id;
	place->row = row;
	place->rep_size = rep_size;
	*ret_place = place;
	return 0;
}

/* A kept reply, accept's, points to nothing in the frame, and can wait. */
static void
note_answer(struct privsep *conversation, struct psd_waiting *place, int status)
{
	place->status = status;
	place->state = PSD_WAIT_ANSWERED;
	if (place->is_kept)
		return;
	conversation->unread = place;
	(void)pthread_cond_signal(&place->answered);
}

/*
 * A refusal has no body.  A reply must be one to a request that waits, of
 * the same operation, and decode to the last byte and descriptor.
 */
static int
take_reply(struct privsep *conversation)
{
	struct psd_frame *frame = &conversation->in;
	struct psd_waiting *place =
	    psd_waiting_find_asked(conversation, frame->id);

	if (frame->type != PSD_FRAME_REPLY || place == NULL ||
	    frame->op != (uint16_t)place->row->op || frame->status < -ERRNO_MAX)
		return -EBADMSG;
	if (frame->status != 0 &&
	    (frame->len != PSD_FRAME_HEADER || frame->n_fds != 0))
		return -EBADMSG;
	if (frame->status == 0 &&
	    psd_decode(frame, place->row->rep, place->rep_size, &place->rep) <
		0)
		return -EBADMSG;
	note_answer(conversation, place, frame->status);
	return 0;
}

/*
 * A reply came without its descriptors because this process has too many
 * open: not the daemon's fault, and only that request fails.
 */
static int
take_cut_reply(struct privsep *conversation)
{
	const struct psd_frame *frame = &conversation->in;
	struct psd_waiting *place =
	    psd_waiting_find_asked(conversation, frame->id);

	if (!frame->is_cut || frame->type != PSD_FRAME_REPLY || place == NULL ||
	    frame->op != (uint16_t)place->row->op || frame->status != 0)
		return -EBADMSG;
	note_answer(conversation, place, -EMFILE);
	return 0;
}

/* in belongs to this thread alone as long as receiving is set. */
static enum psd_heard
receive_unlocked(struct privsep *conversation, int wait)
{
	enum psd_heard heard;

	conversation->receiving = true;
	psd_exchange_unlock(conversation);
	psd_frame_init(&conversation->in);
	/* Not psd_conv_recv(): its state is the lock's. */
	heard = psd_frame_recv(conversation->conv.fd, wait, &conversation->in);
	psd_exchange_lock(conversation);
	conversation->receiving = false;
	return heard;
}

/*
 * Receives one record.  Returns 0 when it was a reply, -EAGAIN when there is
 * none, and otherwise what the conversation ended with.
 */
static int
receive(struct privsep *conversation, int wait)
{
	const enum psd_heard heard = receive_unlocked(conversation, wait);
	const int error = errno;

	switch (heard) {
	case PSD_HEARD_FRAME:
		if (take_reply(conversation) == 0)
			return 0;
		psd_frame_clear(&conversation->in);
		break;
	case PSD_HEARD_NOTHING:
		return -EAGAIN;
	case PSD_HEARD_END:
		finish(conversation, -EPIPE);
		return conversation->fate;
	case PSD_HEARD_ERROR:
		finish(conversation, -error);
		return conversation->fate;
	case PSD_HEARD_BROKEN:
		if (take_cut_reply(conversation) == 0)
			return 0;
		break;
	}
	return psd_exchange_break(conversation);
}

int
psd_exchange_answer(struct privsep *conversation, struct psd_waiting *place,
    void *ret_rep)
{
	int r;

	while (place->state == PSD_WAIT_ASKED && conversation->fate == 0) {
		if (conversation->receiving || conversation->unread != NULL)
			(void)pthread_cond_wait(&place->answered,
			    &conversation->lock);
		else
			(void)receive(conversation, 1);
	}
	r = place->state == PSD_WAIT_ANSWERED ? place->status
					      : conversation->fate;
	if (r == 0)
		memcpy(ret_rep, &place->rep, place->rep_size);
	place->state = PSD_WAIT_FREE;
	if (conversation->unread == place)
		conversation->unread = NULL;
	pass_on(conversation);
	(void)pthread_cond_broadcast(&conversation->room);
	return r;
}

int
psd_exchange_request(struct privsep *conversation, const struct psd_op_row *row,
    void *req, void *ret_rep, size_t rep_size)
{
	struct psd_waiting *place;
	int r;

	while (
	    conversation->fate == 0 && !psd_waiting_has_room(conversation, row))
		(void)pthread_cond_wait(&conversation->room,
		    &conversation->lock);
	r = psd_exchange_ask(conversation, row, req, rep_size, &place);
	if (r != 0)
		return r;
	return psd_exchange_answer(conversation, place, ret_rep);
}

int
psd_exchange_drain(struct privsep *conversation)
{
	while (conversation->fate == 0 && !conversation->receiving &&
	    conversation->unread == NULL)
		if (receive(conversation, 0) == -EAGAIN)
			break;
	pass_on(conversation);
	return conversation->fate;
}

void
psd_exchange_release(struct privsep *conversation)
{
	for (size_t i = 0; i < PSD_ASKED_MAX; i++) {
		struct psd_waiting *place = &conversation->waiting[i];

		if (place->state == PSD_WAIT_ANSWERED && place->status == 0)
			psd_fields_release(place->row->rep, &place->rep);
		place->state = PSD_WAIT_FREE;
	}
}
