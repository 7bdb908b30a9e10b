/* SPDX-License-Identifier: ISC */
#include "common/lookup.h"
#include "daemon/call.h"
#include "daemon/lookup.h"

#include <errno.h>

static void
answer(struct psd_call *call, uint64_t cookie, int status,
    const union psd_any_rep *found)
{
	struct psd_resolve_address_rep rep = { .end = 0 };

	(void)cookie;
	if (status == 0) {
		rep.host = found->as_lookup_address.host;
		rep.service = found->as_lookup_address.service;
	}
	psd_call_finish(call, status, &rep);
}

/*
 * Safe because the address was granted and is asked for by the resolver alone;
 * whoever has the address says what its name is, so the answer is good for
 * being shown and for nothing else.
 */
int
psd_do_resolve_address(struct psd_call *call,
    const struct psd_resolve_address_req *req,
    struct psd_resolve_address_rep *rep)
{
	struct psd_lookup_address_req ask = {
		.endpoint = req->endpoint,
		.flags = req->flags,
	};

	(void)rep;
	if ((req->flags & ~(uint32_t)PSD_LOOKUP_NAME_FLAGS) != 0)
		return -EINVAL;
	return psd_lookup(call, PSD_OP_lookup_address, &ask, answer, 0);
}
