/* SPDX-License-Identifier: ISC */
#include "daemon/call.h"
#include "daemon/lookup.h"

static void
answer(struct psd_call *call, uint64_t cookie, int status,
    const union psd_any_rep *found)
{
	struct psd_get_protocol_rep rep = { .end = 0 };

	(void)cookie;
	if (status == 0) {
		rep.name = found->as_lookup_protocol.name;
		rep.number = found->as_lookup_protocol.number;
		rep.aliases = found->as_lookup_protocol.aliases;
	}
	psd_call_finish(call, status, &rep);
}

/*
 * Safe because the protocol was granted, by name or number, and is nobody's
 * secret.
 */
int
psd_do_get_protocol(struct psd_call *call,
    const struct psd_get_protocol_req *req, struct psd_get_protocol_rep *rep)
{
	struct psd_lookup_protocol_req ask = {
		.protocol = req->protocol,
	};

	(void)rep;
	return psd_lookup(call, PSD_OP_lookup_protocol, &ask, answer, 0);
}
