/* SPDX-License-Identifier: ISC */
#ifndef PSD_HANDLE_H
#define PSD_HANDLE_H

#include "helper/conversation.h"
#include "helper/deadline.h"

/*
 * A handle is a conversation whose functions do not wait.  It has one request
 * at a time: the function is called, returns -EINPROGRESS, and is called again
 * when the reply has come, to return what it would have returned.  So each
 * function of the library is written once, for both.  The arguments of a call
 * that could not be sent are not kept: the next call brings them again.
 *
 * All of it is called with the conversation's lock held.
 */
enum psd_handle_state {
	PSD_HANDLE_IDLE,
	PSD_HANDLE_UNSENT, /* there was no room; pending */
	PSD_HANDLE_ASKED,  /* has a place; pending */
	PSD_HANDLE_ANSWERED,
};

struct psd_handle {
	struct privsep self; /* what its owner knows of it */
	bool discards;       /* PRIVSEP_DISCARD */
	void (*done)(struct privsep *handle, void *cookie);
	void *cookie;
	enum psd_handle_state state;
	const struct psd_op_row *row; /* unless idle */
	psd_deadline deadline;
	struct psd_waiting *place; /* while asked */
	bool is_due;               /* done is to be called */
	bool was_told;             /* that there is room, and did not try */
	int status;                /* of the reply */
	union psd_any_rep rep;
	struct psd_frame *frame; /* that rep points into; owned */
	uint64_t progress;       /* psd_exchange_progress() */
	TAILQ_ENTRY(psd_handle) of_exchange;
	TAILQ_ENTRY(psd_handle) of_pending;
	TAILQ_ENTRY(psd_handle) of_due;
};

/* psd_exchange_request() for a handle. */
int psd_handle_request(struct psd_handle *handle, const struct psd_op_row *row,
    void *req, void *ret_rep);

/* The reply to the request of a place has come; frees the place. */
void psd_handle_answer(struct psd_exchange *exchange,
    struct psd_waiting *place);

/* No reply comes any more: what is pending ends with the exchange's fate. */
void psd_handle_finish(struct psd_exchange *exchange);

/* Ends what is pending and past its deadline. */
void psd_handle_expire(struct psd_exchange *exchange);

/*
 * Has something become possible for a handle that found no room?  It is told
 * once.
 */
bool psd_handle_has_room(const struct psd_exchange *exchange,
    const struct psd_handle *handle);

/* The callback is to be called, if there is one. */
void psd_handle_make_due(struct psd_exchange *exchange,
    struct psd_handle *handle);

/* Frees a handle, and gives up what it has asked for. */
void psd_handle_free(struct psd_handle *handle);

#endif
