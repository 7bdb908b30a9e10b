/* SPDX-License-Identifier: ISC */
#ifndef PSD_EXCHANGE_H
#define PSD_EXCHANGE_H

#include "helper/conversation.h"

/*
 * Sends requests and finds their replies.  All of it is called with the
 * conversation's lock held and returns with it held; psd_exchange_request() and
 * psd_exchange_answer() give it up while they wait.
 */

void psd_exchange_lock(struct privsep *conversation);
void psd_exchange_unlock(struct privsep *conversation);

/*
 * Sends a request (req is the row's struct ..._req) and waits for its reply.
 * Returns 0 and the reply's fields, whose strings and bytes are valid until
 * the lock is given up and whose descriptors are the caller's, or the
 * daemon's -errno, or -EPIPE and -EPROTO when the conversation is over,
 * -EMSGSIZE when a field is out of bounds, -EBUSY when too many wait.
 */
int psd_exchange_request(struct privsep *conversation,
    const struct psd_op_row *row, void *req, void *ret_rep, size_t rep_size);

/*
 * The two halves: sends without waiting for the reply, and takes the reply.
 * The place that psd_exchange_ask() returns must be given to psd_exchange_answer().
 */
int psd_exchange_ask(struct privsep *conversation, const struct psd_op_row *row,
    void *req, size_t rep_size, struct psd_waiting **ret_place);
int psd_exchange_answer(struct privsep *conversation, struct psd_waiting *place,
    void *ret_rep);

/*
 * Receives what is there without waiting.  Returns 0, or the error that the
 * conversation ended with.
 */
int psd_exchange_drain(struct privsep *conversation);

/*
 * The daemon broke the protocol: ends the conversation in both directions.
 * Returns -EPROTO.  The descriptor stays open until the conversation is
 * freed, since another thread may be about to use its number.
 */
int psd_exchange_break(struct privsep *conversation);

/* Closes the descriptors of replies that nobody took. */
void psd_exchange_release(struct privsep *conversation);

#endif
