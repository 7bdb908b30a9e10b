/* SPDX-License-Identifier: ISC */
#include "daemon/call.h"

#include "common/codec.h"
#include "common/hot.h"
#include "daemon/daemon.h"
#include "daemon/instance.h"
#include "daemon/talk.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* One thread, so one frame to answer from is enough. */
static struct psd_frame outgoing;

/*
 * A re-exec asks for it again.  What comes with a descriptor cannot be, and has
 * no copy.
 */
static bool
copy_request(struct psd_call *kept)
{
	const struct psd_frame *frame = kept->frame;

	kept->request = NULL;
	if (frame == NULL || kept->row->takes_fd)
		return true;
	kept->request = malloc(sizeof(*kept->request) + frame->len);
	if (kept->request == NULL)
		return false;
	kept->request->len = frame->len;
	memcpy(kept->request->bytes, frame->bytes, frame->len);
	return true;
}

uint64_t
psd_call_patience(const struct psd_call *call)
{
	const uint64_t timeout = call->policy->request_timeout_usec;
	const uint64_t waited =
	    call->since_usec == 0 ? 0 : psd_now() - call->since_usec;

	return waited < timeout ? timeout - waited : 1;
}

struct psd_call *
psd_call_keep(const struct psd_call *call,
    void (*forget)(struct psd_call *call))
{
	struct psd_conversation *conversation = call->conversation;
	struct psd_call *kept;

	if (conversation->n_waiting >= PSD_WAITING_MAX ||
	    call->peer->n_waiting >= PSD_WAITING_ALL_MAX) {
		errno = EBUSY;
		return NULL;
	}
	kept = malloc(sizeof(*kept));
	if (kept == NULL)
		return NULL;
	*kept = *call;
	if (!copy_request(kept)) {
		free(kept);
		return NULL;
	}
	kept->frame = NULL;
	if (kept->since_usec == 0)
		kept->since_usec = psd_now();
	kept->forget = forget;
	kept->state = NULL;
	/* One that waited before a re-exec has a line of its own. */
	kept->narrowing = call->narrowing != NULL
	    ? psd_narrowing_ref(call->narrowing)
	    : psd_rights_hold(&conversation->rights, call->row);
	TAILQ_INSERT_TAIL(&conversation->waiting, kept, of_conversation);
	conversation->n_waiting++;
	call->peer->n_waiting++;
	return kept;
}

void
psd_call_drop(struct psd_call *call)
{
	assert(call->conversation->n_waiting > 0);
	call->forget(call);
	TAILQ_REMOVE(&call->conversation->waiting, call, of_conversation);
	call->conversation->n_waiting--;
	call->peer->n_waiting--;
	psd_narrowing_unref(call->narrowing);
	free(call->request);
	free(call);
}

bool
psd_call_denies(const struct psd_call *call, const void *req)
{
	const struct psd_verdict verdict =
	    psd_policy_check(call->policy, NULL, call->row, req);

	return verdict.grant != NULL && verdict.grant->is_deny;
}

PSD_HOT void
psd_call_answer(const struct psd_call *call, int status, void *rep)
{
	psd_frame_init(&outgoing);
	if (status == 0)
		status = psd_encode_reply(&outgoing, call->row, call->id, rep);
	if (status < 0)
		psd_encode_status(&outgoing, (uint16_t)call->row->op, call->id,
		    status);
	psd_talk_send(call->conversation, &outgoing);
}

void
psd_call_finish(struct psd_call *call, int status, void *rep)
{
	const struct psd_call answered = *call;

	/* Gone before it is answered: sending may end the whole peer. */
	psd_call_drop(call);
	psd_call_answer(&answered, status, rep);
}

void
psd_call_cancel_lost(struct psd_conversation *conversation)
{
	struct psd_call *call, *next;

	/* Answering may end the whole peer, and with it all that waits. */
	for (call = TAILQ_FIRST(&conversation->waiting);
	     !conversation->instance->is_broken && call != NULL; call = next) {
		next = TAILQ_NEXT(call, of_conversation);
		if (!psd_rights_still_has(&conversation->rights, call->row,
			call->grant))
			psd_call_finish(call, -ECANCELED, NULL);
	}
}

struct psd_rights *
psd_call_rights(const struct psd_call *call)
{
	return &call->conversation->rights;
}
