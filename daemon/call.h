/* SPDX-License-Identifier: ISC */
#ifndef PSD_CALL_H
#define PSD_CALL_H

#include "policy/rights.h"

#include <sys/queue.h>

struct psd_conversation;
struct psd_frame;
struct psd_instance;
struct psd_lookup;

/* The bytes of a request's frame, which had no descriptors. */
struct psd_request {
	uint32_t len;
	unsigned char bytes[];
};

/* What an operation returns when it will answer by psd_call_finish(). */
enum { PSD_LATER = 1 };

/* Calls that one conversation may have waiting at a time; more get -EBUSY. */
enum { PSD_WAITING_MAX = 16 };

/* The same for all conversations of a helper together. */
enum { PSD_WAITING_ALL_MAX = 64 };

/*
 * One request being answered.  It lives on dispatch's stack unless the
 * operation keeps it with psd_call_keep().
 */
struct psd_call {
	struct psd_instance *peer;
	struct psd_conversation *conversation; /* of the peer's */
	const struct psd_op_row *row;
	const struct psd_policy *policy; /* the peer's, not a newer one */
	const struct psd_grant *grant;   /* that matched; NULL for FREE rows */
	uint32_t id;
	bool must_look; /* before opening: helpers may have made the file */
	uint64_t since_usec;           /* it was first kept; 0: it was not */
	const struct psd_frame *frame; /* that it came in, during dispatch */

	/* Of a kept call only. */
	struct psd_request *request; /* a copy, for psd_dispatch_again() */
	struct psd_lookup *lookup;   /* that it waits for, or NULL */
	TAILQ_ENTRY(psd_call) of_conversation;
	TAILQ_ENTRY(psd_call) of_queue;
	struct psd_narrowing *narrowing; /* that grant is one of, or NULL */
	void (*forget)(struct psd_call *call); /* takes it off its queue */
	void *state; /* of the operation that kept it, which forget frees */
};

TAILQ_HEAD(psd_calls, psd_call);

/*
 * Makes a call that outlives its dispatch, for an operation that is about to
 * return PSD_LATER.  forget is called when the call ends for whatever reason.
 * Returns the kept call, owned by its conversation, or NULL with errno ENOMEM or
 * EBUSY (PSD_WAITING_MAX).
 */
struct psd_call *psd_call_keep(const struct psd_call *call,
    void (*forget)(struct psd_call *call));

/* Would a Deny line of the policy's refuse it, had it asked for this? */
bool psd_call_denies(const struct psd_call *call, const void *req);

/* How long the policy's RequestTimeoutSec= lets it wait from now; never 0. */
uint64_t psd_call_patience(const struct psd_call *call);

/*
 * Sends a call's answer: status 0 and rep (its row's struct, whose
 * descriptors move away), or -errno.
 */
void psd_call_answer(const struct psd_call *call, int status, void *rep);

/*
 * Answers a kept call with status 0 and rep (its row's struct, whose
 * descriptors move away), or with -errno, and frees it.
 */
void psd_call_finish(struct psd_call *call, int status, void *rep);

/*
 * Answers with -ECANCELED what waits and would no longer be allowed, after the
 * conversation's rights have shrunk (psd_rights_still_has()).
 */
void psd_call_cancel_lost(struct psd_conversation *conversation);

/* What the conversation that asks has left of its policy. */
struct psd_rights *psd_call_rights(const struct psd_call *call);

/* Frees a kept call that nobody can be answered any more. */
void psd_call_drop(struct psd_call *call);

/* psd_do_open() and so on, one a row of ops.def, each in its op_*.c. */
#define OP(name, number, text) \
	int psd_do_##name(struct psd_call *call, \
	    const struct psd_##name##_req *req, struct psd_##name##_rep *rep);
#include "common/ops_rows.h"
#include "common/ops.def"
#include "common/ops_clear.h"

#endif
