/* SPDX-License-Identifier: ISC */
#include "daemon/call.h"
#include "daemon/instance.h"

/*
 * Safe because a conversation only goes on in the policy's order: lines of a
 * phase that is over never count again, neither in it nor in clones of it.
 * What waits by such a line is not given any more.
 */
int
psd_do_phase(struct psd_call *call, const struct psd_phase_req *req,
    struct psd_phase_rep *rep)
{
	const int r = psd_rights_advance(psd_call_rights(call), call->policy,
	    req->phase.at);

	(void)rep;
	if (r < 0)
		return r;
	psd_call_cancel_lost(call->conversation);
	psd_conversation_take_along(call->conversation);
	return 0;
}
