/* SPDX-License-Identifier: ISC */
#include "common/codec.h"
#include "daemon/call.h"
#include "daemon/instance.h"

#include <errno.h>

/*
 * Safe because the helper only says which versions it speaks; who it is we
 * know from the socket.  Dispatch lets it through once, before anything else.
 */
int
psd_do_hello(struct psd_call *call, const struct psd_hello_req *req,
    struct psd_hello_rep *rep)
{
	if (req->oldest > PSD_PROTOCOL || req->newest < PSD_PROTOCOL)
		return -EPROTONOSUPPORT;
	rep->version = PSD_PROTOCOL;
	rep->service = psd_str_of(call->policy->name);
	psd_conversation_greeted(call->conversation);
	return 0;
}
