/* SPDX-License-Identifier: ISC */
#include "helper/exchange.h"

#include "common/codec.h"
#include "helper/receive.h"
#include "helper/waiting.h"

#include <errno.h>
#include <string.h>

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

int
psd_exchange_break(struct privsep *conversation)
{
	return psd_receive_break(conversation);
}

/* Never waits: the lock is held, and others have deadlines. */
static int
send_request(struct privsep *conversation, const struct psd_op_row *row,
    uint32_t id, void *req)
{
	int r;

	psd_frame_init(&conversation->out);
	r = psd_encode_request(&conversation->out, row, id, req);
	if (r < 0)
		return r;
	r = psd_conv_send(&conversation->conv, 0, &conversation->out);
	psd_frame_clear(&conversation->out);
	/* Replies may still be queued, so this is not yet the end of all. */
	return r == -ECONNRESET ? -EPIPE : r;
}

static int
send_anew(struct privsep *conversation, const struct psd_op_row *row, void *req,
    struct psd_waiting **ret_place)
{
	struct psd_waiting *place;
	uint32_t id;
	int r;

	if (!psd_waiting_has_room(conversation, row))
		return -EBUSY;
	id = psd_waiting_new_id(conversation);
	r = send_request(conversation, row, id, req);
	if (r < 0)
		return r;
	place = psd_waiting_find_free(conversation);
	place->state = PSD_WAIT_ASKED;
	place->id = id;
	place->row = row;
	*ret_place = place;
	return 0;
}

int
psd_exchange_ask(struct privsep *conversation, const struct psd_op_row *row,
    void *req, enum psd_wait_owner owner, struct psd_waiting **ret_place)
{
	int r;

	*ret_place = psd_waiting_find_left(conversation, row);
	if (*ret_place == NULL) {
		if (conversation->fate != 0)
			return conversation->fate;
		r = send_anew(conversation, row, req, ret_place);
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
static int
wait_or_receive(struct privsep *conversation, pthread_cond_t *cond,
    psd_deadline deadline)
{
	if (!psd_receive_is_free(conversation))
		return psd_deadline_wait(cond, &conversation->lock, deadline);
	if (psd_receive(conversation, deadline) == -EAGAIN &&
	    psd_deadline_has_passed(deadline))
		return -ETIMEDOUT;
	return 0;
}

int
psd_exchange_answer(struct privsep *conversation, struct psd_waiting *place,
    psd_deadline deadline, void *ret_rep)
{
	int r = 0;

	while (
	    r == 0 && place->state == PSD_WAIT_ASKED && conversation->fate == 0)
		r = wait_or_receive(conversation, &place->answered, deadline);
	if (place->state == PSD_WAIT_ANSWERED)
		r = place->status;
	else if (conversation->fate != 0)
		r = conversation->fate;
	if (place->state == PSD_WAIT_ANSWERED && r == 0)
		memcpy(ret_rep, &place->rep, place->row->rep_size);
	if (place->state == PSD_WAIT_ANSWERED || conversation->fate != 0)
		place->state = PSD_WAIT_FREE;
	else
		place->owner = PSD_FOR_NOBODY;
	if (conversation->unread == place)
		conversation->unread = NULL;
	psd_receive_pass_on(conversation);
	return r;
}

int
psd_exchange_request(struct privsep *conversation, const struct psd_op_row *row,
    void *req, void *ret_rep)
{
	const psd_deadline deadline = psd_deadline_after(conversation->timeout);
	struct psd_waiting *place;
	int r;

	for (;;) {
		r = psd_exchange_ask(conversation, row, req, PSD_FOR_CALLER,
		    &place);
		if (r == 0)
			return psd_exchange_answer(conversation, place,
			    deadline, ret_rep);
		if (r == -EBUSY)
			r = wait_or_receive(conversation, &conversation->room,
			    deadline);
		else if (r == -EAGAIN)
			r = psd_receive_until_sendable(conversation, deadline);
		if (r < 0)
			return r;
	}
}

int
psd_exchange_drain(struct privsep *conversation)
{
	while (conversation->fate == 0 && psd_receive_is_free(conversation))
		if (psd_receive(conversation, PSD_DEADLINE_NOW) == -EAGAIN)
			break;
	psd_receive_pass_on(conversation);
	return conversation->fate;
}

void
psd_exchange_release(struct privsep *conversation)
{
	for (size_t i = 0; i < PSD_ASKED_MAX; i++)
		psd_waiting_release(&conversation->waiting[i]);
}
