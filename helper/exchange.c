/* SPDX-License-Identifier: ISC */
#include "helper/exchange.h"

#include "common/codec.h"
#include "common/hot.h"
#include "helper/handle.h"
#include "helper/receive.h"
#include "helper/waiting.h"

#include <errno.h>
#include <string.h>

/*
 * A child of the process has a copy of everything but the socket, which it
 * shares.  Its copy of the lock may be held by a thread that it has not, so it
 * does not even try.
 */
PSD_HOT void
psd_exchange_lock(struct privsep *conversation)
{
	struct psd_exchange *const exchange = conversation->exchange;

	if (psd_mark_is_ours(&exchange->mark)) {
		(void)pthread_mutex_lock(&exchange->lock);
		return;
	}
	exchange->is_foreign = true;
	exchange->fate = -ECHILD;
}

PSD_HOT void
psd_exchange_unlock(struct privsep *conversation)
{
	if (!conversation->exchange->is_foreign)
		(void)pthread_mutex_unlock(&conversation->exchange->lock);
}

int
psd_exchange_break(struct privsep *conversation)
{
	return psd_receive_break(conversation->exchange);
}

uint64_t
psd_exchange_progress(const struct privsep *conversation)
{
	const struct psd_handle *const handle = conversation->handle;

	return handle == NULL ? 0 : handle->progress;
}

void
psd_exchange_note_progress(struct privsep *conversation, uint64_t progress)
{
	if (conversation->handle != NULL)
		conversation->handle->progress = progress;
}

/* Never waits: the lock is held, and others have deadlines. */
static int
send_request(struct psd_exchange *exchange, const struct psd_op_row *row,
    uint32_t id, void *req)
{
	int r;

	psd_frame_init(&exchange->out);
	r = psd_encode_request(&exchange->out, row, id, req);
	if (r < 0)
		return r;
	r = psd_conv_send(&exchange->conv, 0, &exchange->out);
	/* What was not sent keeps its descriptors, for another attempt. */
	if (r < 0)
		psd_encode_undo(&exchange->out, row->req, req);
	psd_frame_clear(&exchange->out);
	/* Replies may still be queued, so this is not yet the end of all. */
	return r == -ECONNRESET ? -EPIPE : r;
}

static int
send_anew(struct psd_exchange *exchange, const struct psd_op_row *row,
    void *req, struct psd_waiting **ret_place)
{
	const uint32_t key = psd_waiting_key(row, req);
	struct psd_waiting *place;
	uint32_t id;
	int r;

	if (!psd_waiting_has_room(exchange, row))
		return -EBUSY;
	id = psd_waiting_new_id(exchange);
	r = send_request(exchange, row, id, req);
	if (r < 0)
		return r;
	place = psd_waiting_find_free(exchange);
	place->state = PSD_WAIT_ASKED;
	place->id = id;
	place->key = key;
	place->row = row;
	*ret_place = place;
	return 0;
}

/* A request of another catalogue would be a broken protocol. */
static bool
speaks(const struct psd_exchange *exchange, const struct psd_op_row *row)
{
	return exchange->side ==
	    ((uint32_t)row->op < PSD_SVC_BEGIN ? PSD_ASKS_DAEMON
					       : PSD_ASKS_SERVICE);
}

PSD_HOT int
psd_exchange_ask(struct psd_exchange *exchange, const struct psd_op_row *row,
    void *req, enum psd_wait_owner owner, struct psd_waiting **ret_place)
{
	int r;

	if (exchange->is_foreign)
		return -ECHILD;
	if (!speaks(exchange, row))
		return -EOPNOTSUPP;
	*ret_place = psd_waiting_find_left(exchange, row, req);
	if (*ret_place == NULL) {
		if (exchange->fate != 0)
			return exchange->fate;
		r = send_anew(exchange, row, req, ret_place);
		if (r < 0)
			return r;
	}
	(*ret_place)->owner = owner;
	return 0;
}

/*
 * Waits for cond, or receives if nobody else does.  Returns 0 when it is time
 * to look again, or -ETIMEDOUT.
 */
PSD_HOT static int
wait_or_receive(struct psd_exchange *exchange, pthread_cond_t *cond,
    psd_deadline deadline)
{
	if (!psd_receive_is_free(exchange)) {
		int r;

		exchange->n_blocked++;
		r = psd_deadline_wait(cond, &exchange->lock, deadline);
		exchange->n_blocked--;
		return r;
	}
	if (psd_receive(exchange, deadline) == -EAGAIN &&
	    psd_deadline_has_passed(deadline))
		return -ETIMEDOUT;
	return 0;
}

PSD_HOT int
psd_exchange_answer(struct psd_exchange *exchange, struct psd_waiting *place,
    psd_deadline deadline, void *ret_rep)
{
	int r = 0;

	while (r == 0 && place->state == PSD_WAIT_ASKED && exchange->fate == 0)
		r = wait_or_receive(exchange, &place->answered, deadline);
	if (place->state == PSD_WAIT_ANSWERED)
		r = place->status;
	else if (exchange->fate != 0)
		r = exchange->fate;
	if (place->state == PSD_WAIT_ANSWERED && r == 0)
		memcpy(ret_rep, &place->rep, place->row->rep_size);
	if (place->state == PSD_WAIT_ANSWERED || exchange->fate != 0)
		place->state = PSD_WAIT_FREE;
	else
		place->owner = PSD_FOR_NOBODY;
	if (exchange->unread == place)
		exchange->unread = NULL;
	psd_receive_pass_on(exchange);
	return r;
}

static int
request_and_wait(struct psd_exchange *exchange, const struct psd_op_row *row,
    void *req, psd_deadline deadline, void *ret_rep)
{
	struct psd_waiting *place;
	int r;

	for (;;) {
		r = psd_exchange_ask(exchange, row, req, PSD_FOR_CALLER,
		    &place);
		if (r == 0)
			return psd_exchange_answer(exchange, place, deadline,
			    ret_rep);
		if (r == -EBUSY)
			r = wait_or_receive(exchange, &exchange->room,
			    deadline);
		else if (r == -EAGAIN)
			r = psd_receive_until_sendable(exchange, deadline);
		if (r < 0)
			return r;
	}
}

PSD_HOT int
psd_exchange_request(struct privsep *conversation, const struct psd_op_row *row,
    void *req, void *ret_rep)
{
	if (conversation->handle != NULL)
		return psd_handle_request(conversation->handle, row, req,
		    ret_rep);
	return request_and_wait(conversation->exchange, row, req,
	    psd_deadline_after(conversation->timeout), ret_rep);
}

int
psd_exchange_drain(struct psd_exchange *exchange)
{
	while (exchange->fate == 0 && psd_receive_is_free(exchange))
		if (psd_receive(exchange, PSD_DEADLINE_NOW) == -EAGAIN)
			break;
	psd_receive_pass_on(exchange);
	return exchange->fate;
}

void
psd_exchange_release(struct psd_exchange *exchange)
{
	for (size_t i = 0; i < PSD_ASKED_MAX; i++)
		psd_waiting_release(&exchange->waiting[i]);
}
