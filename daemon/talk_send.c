/* SPDX-License-Identifier: ISC */
#include "daemon/talk.h"

#include "common/codec.h"
#include "common/hot.h"
#include "daemon/loaded.h"
#include "daemon/trace.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void
keep_unsent(struct psd_conversation *conversation, struct psd_frame *frame)
{
	if (psd_conversation_keep_unsent(conversation, frame) < 0) {
		psd_frame_clear(frame);
		psd_instance_break(conversation->instance,
		    "no memory for its reply");
		return;
	}
	psd_frame_init(frame);
	psd_conversation_reply_deadline(conversation,
	    conversation->instance->loaded->policy->request_timeout_usec);
	psd_talk_watch(conversation);
}

/*
 * Sends a reply, and empties the frame; 0 also when the helper is gone, of
 * which its pidfd tells.  -EAGAIN: it is still there, since the helper has no
 * room.  Another error: the helper would wait for it for ever.
 */
PSD_HOT static int
send_reply(struct psd_conversation *conversation, struct psd_frame *frame)
{
	int r = psd_conv_send(&conversation->conv, 0, frame);

	if (r < 0 && frame->n_fds > 0 && r != -EAGAIN && r != -EPIPE &&
	    r != -ECONNRESET) {
		/* The descriptor could not go along; the answer can. */
		const uint16_t op = frame->op;
		const uint32_t id = frame->id;

		psd_frame_clear(frame);
		psd_encode_status(frame, op, id, r);
		r = psd_conv_send(&conversation->conv, 0, frame);
	}
	if (r == -EAGAIN)
		return r;
	psd_frame_clear(frame);
	return r == -EPIPE || r == -ECONNRESET ? 0 : r;
}

PSD_HOT void
psd_talk_send(struct psd_conversation *conversation, struct psd_frame *frame)
{
	int r = -EAGAIN;

	psd_trace_answered(conversation, frame);
	if (STAILQ_EMPTY(&conversation->unsent))
		r = send_reply(conversation, frame);
	if (r == -EAGAIN)
		keep_unsent(conversation, frame);
	else if (r < 0)
		psd_instance_break(conversation->instance,
		    "its reply cannot be sent: %s", strerror(-r));
}

void
psd_talk_flush(struct psd_conversation *conversation)
{
	struct psd_unsent *unsent;

	while ((unsent = STAILQ_FIRST(&conversation->unsent)) != NULL) {
		const int r = send_reply(conversation, &unsent->frame);

		if (r == -EAGAIN)
			return;
		STAILQ_REMOVE_HEAD(&conversation->unsent, next);
		free(unsent);
		if (r < 0) {
			psd_instance_break(conversation->instance,
			    "its reply cannot be sent: %s", strerror(-r));
			return;
		}
	}
	psd_conversation_replies_sent(conversation);
}
