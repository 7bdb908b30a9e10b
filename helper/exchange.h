/* SPDX-License-Identifier: ISC */
#ifndef PSD_EXCHANGE_H
#define PSD_EXCHANGE_H

#include "helper/conversation.h"
#include "helper/deadline.h"

/*
 * Sends requests and finds their replies.  All of it is called with the
 * conversation's lock held and returns with it held; psd_exchange_request() and
 * psd_exchange_answer() give it up while they wait.
 */

void psd_exchange_lock(struct privsep *conversation);
void psd_exchange_unlock(struct privsep *conversation);

/*
 * Sends a request (req is the row's struct ..._req, whose descriptors go along
 * and stay with the caller if it is not sent) and waits for its reply,
 * as long as privsep_set_timeout() said.  Returns 0 and the reply's fields,
 * whose strings and bytes are valid until the lock is given up and whose
 * descriptors are the caller's, or the daemon's -errno, or -EPIPE and -EPROTO
 * when the conversation is over, -EMSGSIZE when a field is out of bounds,
 * -ETIMEDOUT.  With a handle it does not wait but returns -EINPROGRESS, and
 * what is said above when it is called again after the reply came.
 */
int psd_exchange_request(struct privsep *conversation,
    const struct psd_op_row *row, void *req, void *ret_rep);

/*
 * The two halves.  The first sends without waiting: also -EBUSY when too many
 * requests wait, and -EAGAIN when the daemon does not read those it has.  The
 * place that it returns must be given to the second, which takes the reply.
 */
int psd_exchange_ask(struct psd_exchange *exchange,
    const struct psd_op_row *row, void *req, enum psd_wait_owner owner,
    struct psd_waiting **ret_place);
int psd_exchange_answer(struct psd_exchange *exchange,
    struct psd_waiting *place, psd_deadline deadline, void *ret_rep);

/*
 * Receives what is there without waiting.  Returns 0, or the error that the
 * conversation ended with.
 */
int psd_exchange_drain(struct psd_exchange *exchange);

/*
 * The daemon broke the protocol, as its reply shows: ends the conversation in
 * both directions.  Returns -EPROTO.
 */
int psd_exchange_break(struct privsep *conversation);

/*
 * How far a function that makes several requests has come, which with a
 * handle is called again for each: 0 at the beginning, and what it noted last.
 * It notes 0 at its end.  Without a handle it is 0, and nothing is noted.
 */
uint64_t psd_exchange_progress(const struct privsep *conversation);
void psd_exchange_note_progress(struct privsep *conversation,
    uint64_t progress);

/* Closes the descriptors of replies that nobody took. */
void psd_exchange_release(struct psd_exchange *exchange);

#endif
