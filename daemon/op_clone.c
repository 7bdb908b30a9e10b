/* SPDX-License-Identifier: ISC */
#include "daemon/call.h"
#include "daemon/instance.h"

/*
 * Safe because a clone may what its origin may at that time, and never more
 * than the policy says: lines are used up for both, and it does not stay in a
 * phase that its origin leaves.  It is the same process to us, whose end is the
 * end of all its conversations, and who breaks the protocol in one of them is
 * dropped whole.  Their number is bounded, and they share the helper's turns,
 * RequestRate=, lines of the log and calls that wait.
 */
int
psd_do_clone(struct psd_call *call, const struct psd_clone_req *req,
    struct psd_clone_rep *rep)
{
	(void)req;
	return psd_conversation_clone(call->conversation, &rep->conversation);
}
