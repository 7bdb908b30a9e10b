/* SPDX-License-Identifier: ISC */
/* What the caller's event loop does for the handles of a conversation. */
#include "helper/deadline.h"
#include "helper/exchange.h"
#include "helper/handle.h"
#include "helper/waiting.h"

#include <errno.h>
#include <poll.h>

static bool
has_unsent(const struct psd_exchange *exchange)
{
	const struct psd_handle *h;

	TAILQ_FOREACH(h, &exchange->pending, of_pending)
		if (h->state == PSD_HANDLE_UNSENT)
			return true;
	return false;
}

int
privsep_events(struct privsep *conversation)
{
	const struct psd_exchange *const exchange = conversation->exchange;
	int events = 0;

	psd_exchange_lock(conversation);
	if (exchange->fate == 0)
		events = POLLIN;
	if (exchange->fate == 0 && exchange->is_full && has_unsent(exchange))
		events |= POLLOUT;
	psd_exchange_unlock(conversation);
	return events;
}

static psd_deadline
next_deadline(const struct psd_exchange *exchange)
{
	psd_deadline next = PSD_DEADLINE_NONE;
	const struct psd_handle *h;

	if (!TAILQ_EMPTY(&exchange->due))
		return PSD_DEADLINE_NOW;
	TAILQ_FOREACH(h, &exchange->pending, of_pending) {
		if (h->done != NULL && psd_handle_has_room(exchange, h))
			return PSD_DEADLINE_NOW;
		if (h->deadline < next)
			next = h->deadline;
	}
	return next;
}

int
privsep_next_timeout(struct privsep *conversation)
{
	psd_deadline next;

	psd_exchange_lock(conversation);
	next = next_deadline(conversation->exchange);
	psd_exchange_unlock(conversation);
	return psd_deadline_msec(next);
}

/*
 * Those that found no room, if there is some now, in the order in which they
 * came; no more than there is room for, or thousands would run for one place.
 */
static void
tell_of_room(struct psd_exchange *exchange)
{
	size_t room = psd_waiting_n_free(exchange);
	struct psd_handle *h;

	if (exchange->is_full &&
	    psd_deadline_poll(exchange->conv.fd, POLLOUT, PSD_DEADLINE_NOW) ==
		0)
		exchange->is_full = false;
	TAILQ_FOREACH(h, &exchange->pending, of_pending) {
		if (room == 0)
			return;
		if (!psd_handle_has_room(exchange, h))
			continue;
		room--;
		h->was_told = true;
		psd_handle_make_due(exchange, h);
	}
}

/*
 * Each that is due now, once: what becomes due meanwhile has its turn after
 * the caller's other descriptors.  A callback may free any handle, so nothing
 * is kept of the list from one to the next.
 */
static void
call_due(struct privsep *conversation)
{
	struct psd_exchange *const exchange = conversation->exchange;
	struct psd_handle *h;
	size_t n = 0;

	TAILQ_FOREACH(h, &exchange->due, of_due)
		n++;
	for (; n > 0 && (h = TAILQ_FIRST(&exchange->due)) != NULL; n--) {
		void (*const done)(struct privsep *, void *) = h->done;
		void *const cookie = h->cookie;

		h->is_due = false;
		TAILQ_REMOVE(&exchange->due, h, of_due);
		psd_exchange_unlock(conversation);
		done(&h->self, cookie);
		psd_exchange_lock(conversation);
	}
}

int
privsep_process(struct privsep *conversation)
{
	struct psd_exchange *const exchange = conversation->exchange;
	int r;

	psd_exchange_lock(conversation);
	if (!exchange->is_foreign) {
		(void)psd_exchange_drain(exchange);
		psd_handle_expire(exchange);
		tell_of_room(exchange);
		call_due(conversation);
	}
	r = exchange->fate;
	psd_exchange_unlock(conversation);
	return r;
}
