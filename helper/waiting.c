/* SPDX-License-Identifier: ISC */
#include "helper/waiting.h"

#include "common/codec.h"
#include "common/hot.h"

#include <string.h>

PSD_HOT struct psd_waiting *
psd_waiting_find_free(struct psd_exchange *exchange)
{
	for (size_t i = 0; i < PSD_ASKED_MAX; i++) {
		if (exchange->waiting[i].state != PSD_WAIT_FREE)
			continue;
		if (i >= exchange->n_used)
			exchange->n_used = i + 1;
		return &exchange->waiting[i];
	}
	return NULL;
}

PSD_HOT struct psd_waiting *
psd_waiting_find_asked(struct psd_exchange *exchange, uint32_t id)
{
	for (size_t i = 0; i < exchange->n_used; i++)
		if (exchange->waiting[i].state == PSD_WAIT_ASKED &&
		    exchange->waiting[i].id == id)
			return &exchange->waiting[i];
	return NULL;
}

PSD_HOT bool
psd_waiting_tells_once(const struct psd_op_row *row)
{
	return row->op == PSD_OP_accept || row->op == PSD_OP_wait_program;
}

PSD_HOT uint32_t
psd_waiting_key(const struct psd_op_row *row, const void *req)
{
	struct psd_wait_program_req wait;

	if (row->op != PSD_OP_wait_program)
		return 0;
	memcpy(&wait, req, sizeof(wait));
	return wait.handle;
}

PSD_HOT struct psd_waiting *
psd_waiting_find_left(struct psd_exchange *exchange,
    const struct psd_op_row *row, const void *req)
{
	const uint32_t key = psd_waiting_key(row, req);
	struct psd_waiting *found = NULL;

	if (!psd_waiting_tells_once(row))
		return NULL;
	for (size_t i = 0; i < PSD_ASKED_MAX; i++) {
		struct psd_waiting *place = &exchange->waiting[i];

		if (place->state == PSD_WAIT_FREE || place->row != row ||
		    place->key != key || place->owner != PSD_FOR_NOBODY)
			continue;
		if (place->state == PSD_WAIT_ANSWERED)
			return place;
		found = place;
	}
	return found;
}

PSD_HOT bool
psd_waiting_for_fds(const struct psd_exchange *exchange)
{
	for (size_t i = 0; i < exchange->n_used; i++)
		if (exchange->waiting[i].state == PSD_WAIT_ASKED &&
		    exchange->waiting[i].row->gives_fd)
			return true;
	return false;
}

void
psd_waiting_release(struct psd_waiting *place)
{
	if (place->state == PSD_WAIT_ANSWERED && place->status == 0)
		psd_fields_release(place->row->rep, &place->rep);
	place->state = PSD_WAIT_FREE;
}

static bool
has_free(const struct psd_exchange *exchange)
{
	size_t i = 0;

	while (i < PSD_ASKED_MAX && exchange->waiting[i].state != PSD_WAIT_FREE)
		i++;
	return i < PSD_ASKED_MAX;
}

/* What can take for ever is waited for as long as room is left for the rest. */
PSD_HOT bool
psd_waiting_has_room(const struct psd_exchange *exchange,
    const struct psd_op_row *row)
{
	size_t n_free = 0;
	size_t n_accepts = 0;

	if (!psd_waiting_tells_once(row))
		return has_free(exchange);
	for (size_t i = 0; i < PSD_ASKED_MAX; i++) {
		const struct psd_waiting *place = &exchange->waiting[i];

		if (place->state == PSD_WAIT_FREE)
			n_free++;
		else if (place->row->op == PSD_OP_accept)
			n_accepts++;
	}
	if (row->op == PSD_OP_accept && n_accepts >= PSD_ACCEPTS_MAX)
		return false;
	return n_free > PSD_SPARE_PLACES;
}

size_t
psd_waiting_n_free(const struct psd_exchange *exchange)
{
	size_t n = 0;

	for (size_t i = 0; i < PSD_ASKED_MAX; i++)
		n += exchange->waiting[i].state == PSD_WAIT_FREE;
	return n;
}

/* The counter wraps, and a request that waits for long keeps its id. */
PSD_HOT uint32_t
psd_waiting_new_id(struct psd_exchange *exchange)
{
	do
		if (++exchange->last_id == 0)
			exchange->has_wrapped = true;
	while (exchange->has_wrapped &&
	    psd_waiting_find_asked(exchange, exchange->last_id) != NULL);
	return exchange->last_id;
}
