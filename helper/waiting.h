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
 * Is what the reply tells told only once, so that it must outlive whoever gave
 * up waiting for it?
 */
bool psd_waiting_tells_once(const struct psd_op_row *row);

/*
 * The same request, if it was made before and given up and tells once, whether
 * its reply has come or not, or NULL.
 */
struct psd_waiting *psd_waiting_find_left(struct psd_exchange *exchange,
    const struct psd_op_row *row, const void *req);

/* What psd_waiting_find_left() compares. */
uint32_t psd_waiting_key(const struct psd_op_row *row, const void *req);

/* Can a reply that is waited for have descriptors beside it? */
bool psd_waiting_for_fds(const struct psd_exchange *exchange);

/* Frees a place; the descriptors of a reply that nobody took are closed. */
void psd_waiting_release(struct psd_waiting *place);

/* May one more request of this row wait? */
bool psd_waiting_has_room(const struct psd_exchange *exchange,
    const struct psd_op_row *row);

/* How many places are free. */
size_t psd_waiting_n_free(const struct psd_exchange *exchange);

/* An id that no waiting request has. */
uint32_t psd_waiting_new_id(struct psd_exchange *exchange);

#endif
