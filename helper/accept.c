/* SPDX-License-Identifier: ISC */
#include "helper/exchange.h"
#include "helper/stub.h"

#include <errno.h>

static int
take_connection(const struct psd_accept_rep *rep, uint32_t *ret_listener)
{
	if (ret_listener != NULL)
		*ret_listener = rep->listener;
	return rep->connection;
}

int
privsep_accept(struct privsep *conversation, uint32_t *ret_listener)
{
	struct psd_accept_req req = { 0 };
	struct psd_accept_rep rep;
	int r;

	psd_exchange_lock(conversation);
	r = psd_call_accept(conversation, &req, &rep);
	psd_exchange_unlock(conversation);
	return r < 0 ? r : take_connection(&rep, ret_listener);
}

int
privsep_accept_ask(struct privsep *conversation)
{
	struct psd_accept_req req = { 0 };
	struct psd_waiting *place;
	int r;

	psd_exchange_lock(conversation);
	r = psd_exchange_ask(conversation->exchange, psd_op_find(PSD_OP_accept),
	    &req, PSD_FOR_TAKER, &place);
	psd_exchange_unlock(conversation);
	/* The daemon is behind, which has the same remedy. */
	return r == -EAGAIN ? -EBUSY : r;
}

static struct psd_waiting *
find_answered(struct psd_exchange *exchange)
{
	for (size_t i = 0; i < PSD_ASKED_MAX; i++) {
		struct psd_waiting *place = &exchange->waiting[i];

		if (place->state == PSD_WAIT_ANSWERED &&
		    place->owner == PSD_FOR_TAKER)
			return place;
	}
	return NULL;
}

int
privsep_accept_take(struct privsep *conversation, uint32_t *ret_listener)
{
	struct psd_exchange *const exchange = conversation->exchange;
	struct psd_waiting *place;
	struct psd_accept_rep rep;
	int r = 0;

	psd_exchange_lock(conversation);
	place = exchange->is_foreign ? NULL : find_answered(exchange);
	if (place == NULL) {
		r = psd_exchange_drain(exchange);
		place = r == -ECHILD ? NULL : find_answered(exchange);
	}
	if (place != NULL)
		r = psd_exchange_answer(exchange, place, PSD_DEADLINE_NOW,
		    &rep);
	psd_exchange_unlock(conversation);
	if (place != NULL && r == 0)
		return take_connection(&rep, ret_listener);
	return r < 0 ? r : -EAGAIN;
}
