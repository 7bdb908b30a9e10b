/* SPDX-License-Identifier: ISC */
#include "helper/receive.h"

#include "common/codec.h"
#include "common/hot.h"
#include "helper/handle.h"
#include "helper/waiting.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>

/* Where the C library does not tell, there may be other threads. */
#if __has_include(<sys/single_threaded.h>)
#include <sys/single_threaded.h>
#define HAS_ONE_THREAD (__libc_single_threaded != 0)
#else
#define HAS_ONE_THREAD false
#endif

/* The kernel's errors end here, and so does what a status may say. */
enum { ERRNO_MAX = 4095 };

enum { GLANCE_USEC = 100000 };

PSD_HOT bool
psd_receive_is_free(const struct psd_exchange *exchange)
{
	return !exchange->receiving && exchange->unread == NULL;
}

/* One that waits for its reply is woken, and no more: only one can receive. */
PSD_HOT void
psd_receive_pass_on(struct psd_exchange *exchange)
{
	if (exchange->n_blocked == 0)
		return;
	/* Those who wait for a place may have to receive for themselves. */
	(void)pthread_cond_broadcast(&exchange->room);
	if (!psd_receive_is_free(exchange))
		return;
	for (size_t i = 0; i < PSD_ASKED_MAX; i++) {
		struct psd_waiting *place = &exchange->waiting[i];

		if (place->state == PSD_WAIT_ASKED &&
		    place->owner == PSD_FOR_CALLER) {
			(void)pthread_cond_signal(&place->answered);
			return;
		}
	}
}

/* Everybody who waits learns that no reply comes any more. */
static void
finish(struct psd_exchange *exchange, int fate)
{
	if (exchange->fate == 0)
		exchange->fate = fate;
	for (size_t i = 0; i < PSD_ASKED_MAX; i++)
		(void)pthread_cond_signal(&exchange->waiting[i].answered);
	(void)pthread_cond_broadcast(&exchange->room);
	psd_handle_finish(exchange);
}

int
psd_receive_break(struct psd_exchange *exchange)
{
	(void)shutdown(exchange->conv.fd, SHUT_RDWR);
	exchange->conv.state = PSD_CONV_CLOSED;
	finish(exchange, -EPROTO);
	return -EPROTO;
}

/*
 * A client is not sent away because nobody waited for it just then, nor is how
 * a program ended forgotten: it stays for the next that asks.
 */
static void
discard(struct psd_exchange *exchange, struct psd_waiting *place)
{
	if (psd_waiting_tells_once(place->row))
		return;
	psd_waiting_release(place);
	psd_receive_pass_on(exchange);
}

/*
 * What the reply points to is in the frame, which goes along; the handle's
 * own takes its place, so that receiving waits for nobody.
 */
static void
give_to_handle(struct psd_exchange *exchange, struct psd_waiting *place)
{
	struct psd_frame *const frame = exchange->in;

	exchange->in = place->handle->frame;
	place->handle->frame = frame;
	psd_handle_answer(exchange, place);
	psd_receive_pass_on(exchange);
}

/* Only accept has takers; its reply points to nothing in the frame. */
PSD_HOT static void
note_answer(struct psd_exchange *exchange, struct psd_waiting *place,
    int status)
{
	place->status = status;
	place->state = PSD_WAIT_ANSWERED;
	switch (place->owner) {
	case PSD_FOR_CALLER:
		exchange->unread = place;
		if (exchange->n_blocked > 0)
			(void)pthread_cond_signal(&place->answered);
		break;
	case PSD_FOR_TAKER:
		break;
	case PSD_FOR_HANDLE:
		give_to_handle(exchange, place);
		break;
	case PSD_FOR_NOBODY:
		discard(exchange, place);
		break;
	}
}

/*
 * A refusal has no body.  A reply must be one to a request that waits, of
 * the same operation, and decode to the last byte and descriptor.
 */
static int
take_reply(struct psd_exchange *exchange)
{
	struct psd_frame *frame = exchange->in;
	struct psd_waiting *place = psd_waiting_find_asked(exchange, frame->id);

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
	note_answer(exchange, place, frame->status);
	return 0;
}

/*
 * A reply came without its descriptors because this process has too many
 * open: not the daemon's fault, and only that request fails.
 */
static int
take_cut_reply(struct psd_exchange *exchange)
{
	const struct psd_frame *frame = exchange->in;
	struct psd_waiting *place = psd_waiting_find_asked(exchange, frame->id);

	if (!frame->is_cut || frame->type != PSD_FRAME_REPLY || place == NULL ||
	    frame->op != (uint16_t)place->row->op || frame->status != 0)
		return -EBADMSG;
	note_answer(exchange, place, -EMFILE);
	return 0;
}

static enum psd_heard
hear(const struct psd_exchange *exchange, bool is_bare, int wait)
{
	const int fd = exchange->conv.fd;

	return is_bare ? psd_frame_recv_bare(fd, wait, exchange->in)
		       : psd_frame_recv(fd, wait, exchange->in);
}

/*
 * recv() is cheaper than recvmsg(), and the kernel closes what comes with a
 * record.  So no descriptor may be waited for, and no other thread be there that
 * could ask for one while we wait.
 */
static bool
needs_no_fds(const struct psd_exchange *exchange)
{
	return HAS_ONE_THREAD && !psd_waiting_for_fds(exchange);
}

/*
 * in belongs to this thread alone as long as receiving is set.  Without a
 * limit one system call does it.  Not psd_conv_recv(): its state is the
 * lock's, which nobody else can want meanwhile where there is one thread.
 */
static enum psd_heard
receive_unlocked(struct psd_exchange *exchange, psd_deadline deadline)
{
	const bool is_alone = HAS_ONE_THREAD;
	const bool is_bare = needs_no_fds(exchange);
	enum psd_heard heard = PSD_HEARD_NOTHING;
	int r = 0;

	exchange->receiving = true;
	if (!is_alone)
		(void)pthread_mutex_unlock(&exchange->lock);
	psd_frame_init(exchange->in);
	if (deadline == PSD_DEADLINE_NONE) {
		heard = hear(exchange, is_bare, 1);
	} else {
		if (deadline != PSD_DEADLINE_NOW)
			r = psd_deadline_poll(exchange->conv.fd, POLLIN,
			    deadline);
		if (r == 0)
			heard = hear(exchange, is_bare, 0);
	}
	if (!is_alone)
		(void)pthread_mutex_lock(&exchange->lock);
	exchange->receiving = false;
	return heard;
}

PSD_HOT int
psd_receive(struct psd_exchange *exchange, psd_deadline deadline)
{
	const enum psd_heard heard = receive_unlocked(exchange, deadline);
	const int error = errno;

	switch (heard) {
	case PSD_HEARD_FRAME:
		if (take_reply(exchange) == 0)
			return 0;
		psd_frame_clear(exchange->in);
		break;
	case PSD_HEARD_NOTHING:
		return -EAGAIN;
	case PSD_HEARD_END:
		finish(exchange, -EPIPE);
		return exchange->fate;
	case PSD_HEARD_ERROR:
		finish(exchange, -error);
		return exchange->fate;
	case PSD_HEARD_BROKEN:
		if (take_cut_reply(exchange) == 0)
			return 0;
		break;
	}
	return psd_receive_break(exchange);
}

/*
 * While another thread receives.  It may stop doing so without a word to those
 * who wait to send, so it is looked for now and then.
 */
static int
wait_until_sendable(int fd, psd_deadline deadline)
{
	const psd_deadline glance = psd_deadline_after(GLANCE_USEC);
	const int r = psd_deadline_poll(fd, POLLOUT,
	    glance < deadline ? glance : deadline);

	return r == -ETIMEDOUT && !psd_deadline_has_passed(deadline) ? 0 : r;
}

int
psd_receive_until_sendable(struct psd_exchange *exchange, psd_deadline deadline)
{
	const int fd = exchange->conv.fd;
	const bool receives = psd_receive_is_free(exchange);
	int r;

	exchange->receiving = exchange->receiving || receives;
	(void)pthread_mutex_unlock(&exchange->lock);
	r = receives ? psd_deadline_poll(fd, POLLIN | POLLOUT, deadline)
		     : wait_until_sendable(fd, deadline);
	(void)pthread_mutex_lock(&exchange->lock);
	if (!receives)
		return r;
	exchange->receiving = false;
	/* What it ends with is told by the next attempt to send. */
	if (r == 0 && exchange->fate == 0)
		(void)psd_receive(exchange, PSD_DEADLINE_NOW);
	psd_receive_pass_on(exchange);
	return r;
}
