/* SPDX-License-Identifier: ISC */
#include "helper/receive.h"

#include "common/codec.h"
#include "helper/exchange.h"
#include "helper/waiting.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>

/* The kernel's errors end here, and so does what a status may say. */
enum { ERRNO_MAX = 4095 };

bool
psd_receive_is_free(const struct privsep *conversation)
{
	return !conversation->receiving && conversation->unread == NULL;
}

/* One that waits for its reply is woken, and no more: only one can receive. */
void
psd_receive_pass_on(struct privsep *conversation)
{
	/* Those who wait for a place may have to receive for themselves. */
	(void)pthread_cond_broadcast(&conversation->room);
	if (!psd_receive_is_free(conversation))
		return;
	for (size_t i = 0; i < PSD_ASKED_MAX; i++) {
		struct psd_waiting *place = &conversation->waiting[i];

		if (place->state == PSD_WAIT_ASKED &&
		    place->owner == PSD_FOR_CALLER) {
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
psd_receive_break(struct privsep *conversation)
{
	(void)shutdown(conversation->conv.fd, SHUT_RDWR);
	conversation->conv.state = PSD_CONV_CLOSED;
	finish(conversation, -EPROTO);
	return -EPROTO;
}

/*
 * A client is not sent away because nobody waited for it just then: what
 * accept brings stays for the next that asks (psd_waiting_find_left()).
 */
static void
discard(struct privsep *conversation, struct psd_waiting *place)
{
	if (place->row->op == PSD_OP_accept)
		return;
	psd_waiting_release(place);
	psd_receive_pass_on(conversation);
}

/* Only accept has takers; its reply points to nothing in the frame. */
static void
note_answer(struct privsep *conversation, struct psd_waiting *place, int status)
{
	place->status = status;
	place->state = PSD_WAIT_ANSWERED;
	switch (place->owner) {
	case PSD_FOR_CALLER:
		conversation->unread = place;
		(void)pthread_cond_signal(&place->answered);
		break;
	case PSD_FOR_TAKER:
		break;
	case PSD_FOR_NOBODY:
		discard(conversation, place);
		break;
	}
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
	    psd_decode(frame, place->row->rep, place->row->rep_size,
		&place->rep) < 0)
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

/*
 * in belongs to this thread alone as long as receiving is set.  Without a
 * limit one system call does it.  Not psd_conv_recv(): its state is the
 * lock's.
 */
static enum psd_heard
receive_unlocked(struct privsep *conversation, psd_deadline deadline)
{
	const int fd = conversation->conv.fd;
	enum psd_heard heard = PSD_HEARD_NOTHING;
	int r = 0;

	conversation->receiving = true;
	psd_exchange_unlock(conversation);
	psd_frame_init(&conversation->in);
	if (deadline == PSD_DEADLINE_NONE) {
		heard = psd_frame_recv(fd, 1, &conversation->in);
	} else {
		if (deadline != PSD_DEADLINE_NOW)
			r = psd_deadline_poll(fd, POLLIN, deadline);
		if (r == 0)
			heard = psd_frame_recv(fd, 0, &conversation->in);
	}
	psd_exchange_lock(conversation);
	conversation->receiving = false;
	return heard;
}

int
psd_receive(struct privsep *conversation, psd_deadline deadline)
{
	const enum psd_heard heard = receive_unlocked(conversation, deadline);
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
	return psd_receive_break(conversation);
}

int
psd_receive_until_sendable(struct privsep *conversation, psd_deadline deadline)
{
	const int fd = conversation->conv.fd;
	const bool receives = psd_receive_is_free(conversation);
	int r;

	conversation->receiving = conversation->receiving || receives;
	psd_exchange_unlock(conversation);
	r = psd_deadline_poll(fd, receives ? POLLIN | POLLOUT : POLLOUT,
	    deadline);
	psd_exchange_lock(conversation);
	if (!receives)
		return r;
	conversation->receiving = false;
	/* What it ends with is told by the next attempt to send. */
	if (r == 0 && conversation->fate == 0)
		(void)psd_receive(conversation, PSD_DEADLINE_NOW);
	psd_receive_pass_on(conversation);
	return r;
}
