/* SPDX-License-Identifier: ISC */
#ifndef PSD_WAITING_H
#define PSD_WAITING_H

#include "helper/conversation.h"

/*
 * The table of a conversation's requests that wait for their replies.  Its
 * places are taken and left by helper/exchange.c, under the lock.
 */

/* A free place, or NULL. */
struct psd_waiting *psd_waiting_find_free(struct psd_exchange *exchange);

/* The request of this id, if there is one that has no reply yet, or NULL. */
struct psd_waiting *psd_waiting_find_asked(struct psd_exchange *exchange,
    uint32_t id);

/*
 * A request of this row that was given up and whose reply is of use all the
 * same, come or not, or NULL.  There are such of accept alone.
 */
struct psd_waiting *psd_waiting_find_left(struct psd_exchange *exchange,
    const struct psd_op_row *row);

/* Frees a place; the descriptors of a reply that nobody took are closed. */
void psd_waiting_release(struct psd_waiting *place);

/* May one more request of this row wait? */
bool psd_waiting_has_room(const struct psd_exchange *exchange,
    const struct psd_op_row *row);

/* An id that no waiting request has. */
uint32_t psd_waiting_new_id(struct psd_exchange *exchange);

#endif
