/* SPDX-License-Identifier: ISC */
#include "helper/handle.h"

#include "common/codec.h"
#include "helper/exchange.h"
#include "helper/waiting.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void
psd_handle_make_due(struct psd_exchange *exchange, struct psd_handle *handle)
{
	if (handle->done == NULL || handle->is_due)
		return;
	handle->is_due = true;
	TAILQ_INSERT_TAIL(&exchange->due, handle, of_due);
}

static void
make_undue(struct psd_exchange *exchange, struct psd_handle *handle)
{
	if (!handle->is_due)
		return;
	handle->is_due = false;
	TAILQ_REMOVE(&exchange->due, handle, of_due);
}

static void
settle(struct psd_exchange *exchange, struct psd_handle *handle, int status)
{
	TAILQ_REMOVE(&exchange->pending, handle, of_pending);
	handle->state = PSD_HANDLE_ANSWERED;
	handle->status = status;
	handle->place = NULL;
	psd_handle_make_due(exchange, handle);
}

void
psd_handle_answer(struct psd_exchange *exchange, struct psd_waiting *place)
{
	struct psd_handle *const handle = place->handle;

	handle->rep = place->rep;
	place->state = PSD_WAIT_FREE;
	settle(exchange, handle, place->status);
}

/* The reply, should it come, is nobody's. */
static void
leave_place(struct psd_handle *handle)
{
	if (handle->place == NULL)
		return;
	handle->place->owner = PSD_FOR_NOBODY;
	handle->place->handle = NULL;
	handle->place = NULL;
}

void
psd_handle_finish(struct psd_exchange *exchange)
{
	struct psd_handle *handle;

	while ((handle = TAILQ_FIRST(&exchange->pending)) != NULL) {
		if (handle->place != NULL)
			handle->place->state = PSD_WAIT_FREE;
		settle(exchange, handle, exchange->fate);
	}
}

void
psd_handle_expire(struct psd_exchange *exchange)
{
	struct psd_handle *next;

	for (struct psd_handle *h = TAILQ_FIRST(&exchange->pending); h != NULL;
	     h = next) {
		next = TAILQ_NEXT(h, of_pending);
		if (!psd_deadline_has_passed(h->deadline))
			continue;
		leave_place(h);
		settle(exchange, h, -ETIMEDOUT);
	}
}

bool
psd_handle_has_room(const struct psd_exchange *exchange,
    const struct psd_handle *handle)
{
	return handle->state == PSD_HANDLE_UNSENT && !handle->was_told &&
	    !exchange->is_full && psd_waiting_has_room(exchange, handle->row);
}

static int
take(struct psd_exchange *exchange, struct psd_handle *handle, void *ret_rep)
{
	make_undue(exchange, handle);
	handle->state = PSD_HANDLE_IDLE;
	if (handle->status == 0)
		memcpy(ret_rep, &handle->rep, handle->row->rep_size);
	return handle->status;
}

/* Without room the caller tries again, with the same arguments. */
static int
note_failure(struct psd_exchange *exchange, struct psd_handle *handle, int r)
{
	const bool is_pending = handle->state == PSD_HANDLE_UNSENT;

	handle->was_told = false;
	if (r == -EAGAIN)
		exchange->is_full = true;
	if (r == -EAGAIN || r == -EBUSY) {
		if (!is_pending)
			TAILQ_INSERT_TAIL(&exchange->pending, handle,
			    of_pending);
		handle->state = PSD_HANDLE_UNSENT;
		return -EINPROGRESS;
	}
	if (is_pending)
		TAILQ_REMOVE(&exchange->pending, handle, of_pending);
	make_undue(exchange, handle);
	handle->state = PSD_HANDLE_IDLE;
	return r;
}

/* A client whom somebody gave up may be there already. */
static int
ask(struct psd_exchange *exchange, struct psd_handle *handle, void *req,
    void *ret_rep)
{
	struct psd_waiting *place;
	int r;

	r = psd_exchange_ask(exchange, handle->row, req, PSD_FOR_HANDLE,
	    &place);
	if (r < 0)
		return note_failure(exchange, handle, r);
	if (handle->state == PSD_HANDLE_IDLE)
		TAILQ_INSERT_TAIL(&exchange->pending, handle, of_pending);
	handle->state = PSD_HANDLE_ASKED;
	handle->place = place;
	place->handle = handle;
	if (place->state == PSD_WAIT_ASKED)
		return -EINPROGRESS;
	psd_handle_answer(exchange, place);
	return take(exchange, handle, ret_rep);
}

/* What is sent so is never heard of again. */
static int
ask_and_discard(struct psd_exchange *exchange, const struct psd_op_row *row,
    void *req)
{
	struct psd_waiting *place;
	int r;

	r = psd_exchange_ask(exchange, row, req, PSD_FOR_NOBODY, &place);
	if (r < 0)
		return r == -EAGAIN ? -EBUSY : r;
	return -EINPROGRESS;
}

int
psd_handle_request(struct psd_handle *handle, const struct psd_op_row *row,
    void *req, void *ret_rep)
{
	struct psd_exchange *const exchange = handle->self.exchange;

	if (exchange->is_foreign)
		return -ECHILD;
	if (handle->discards)
		return ask_and_discard(exchange, row, req);
	if (handle->state != PSD_HANDLE_IDLE && handle->row != row)
		return -EALREADY;
	switch (handle->state) {
	case PSD_HANDLE_IDLE:
		handle->row = row;
		handle->deadline = psd_deadline_after(handle->self.timeout);
		return ask(exchange, handle, req, ret_rep);
	case PSD_HANDLE_UNSENT:
		return ask(exchange, handle, req, ret_rep);
	case PSD_HANDLE_ASKED:
		break;
	case PSD_HANDLE_ANSWERED:
		return take(exchange, handle, ret_rep);
	}
	return -EINPROGRESS;
}

static void
cancel(struct psd_exchange *exchange, struct psd_handle *handle)
{
	if (handle->state == PSD_HANDLE_UNSENT ||
	    handle->state == PSD_HANDLE_ASKED)
		TAILQ_REMOVE(&exchange->pending, handle, of_pending);
	if (handle->state == PSD_HANDLE_ANSWERED && handle->status == 0)
		psd_fields_release(handle->row->rep, &handle->rep);
	leave_place(handle);
	make_undue(exchange, handle);
	handle->state = PSD_HANDLE_IDLE;
	handle->progress = 0;
}

void
psd_handle_free(struct psd_handle *handle)
{
	struct psd_exchange *const exchange = handle->self.exchange;

	cancel(exchange, handle);
	TAILQ_REMOVE(&exchange->handles, handle, of_exchange);
	free(handle->frame);
	free(handle);
}

static struct psd_handle *
make(const struct privsep *conversation, unsigned int flags)
{
	struct psd_handle *const handle = calloc(1, sizeof(*handle));

	if (handle == NULL)
		return NULL;
	handle->frame = malloc(sizeof(*handle->frame));
	if (handle->frame == NULL) {
		free(handle);
		return NULL;
	}
	handle->self.exchange = conversation->exchange;
	handle->self.handle = handle;
	handle->self.timeout = conversation->timeout;
	handle->discards = (flags & PRIVSEP_DISCARD) != 0;
	handle->state = PSD_HANDLE_IDLE;
	TAILQ_INSERT_TAIL(&conversation->exchange->handles, handle,
	    of_exchange);
	return handle;
}

int
privsep_handle_new(struct privsep **ret, struct privsep *conversation,
    unsigned int flags)
{
	struct psd_handle *handle;

	if ((flags & ~(unsigned int)PRIVSEP_DISCARD) != 0)
		return -EINVAL;
	psd_exchange_lock(conversation);
	handle = make(conversation, flags);
	psd_exchange_unlock(conversation);
	if (handle == NULL)
		return -ENOMEM;
	*ret = &handle->self;
	return 0;
}

void
privsep_set_callback(struct privsep *handle,
    void (*done)(struct privsep *handle, void *cookie), void *cookie)
{
	if (handle->handle == NULL)
		return;
	psd_exchange_lock(handle);
	make_undue(handle->exchange, handle->handle);
	handle->handle->done = done;
	handle->handle->cookie = cookie;
	if (handle->handle->state == PSD_HANDLE_ANSWERED)
		psd_handle_make_due(handle->exchange, handle->handle);
	psd_exchange_unlock(handle);
}

void
privsep_cancel(struct privsep *handle)
{
	if (handle->handle == NULL)
		return;
	psd_exchange_lock(handle);
	cancel(handle->exchange, handle->handle);
	psd_exchange_unlock(handle);
}
