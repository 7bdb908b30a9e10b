/* SPDX-License-Identifier: ISC */
#include "daemon/call.h"
#include "daemon/lookup.h"

static void
answer(struct psd_call *call, uint64_t cookie, int status,
    const union psd_any_rep *found)
{
	struct psd_get_service_rep rep = { .end = 0 };

	(void)cookie;
	if (status == 0) {
		rep.name = found->as_lookup_service.name;
		rep.port = found->as_lookup_service.port;
		rep.protocol = found->as_lookup_service.protocol;
		rep.aliases = found->as_lookup_service.aliases;
	}
	psd_call_finish(call, status, &rep);
}

/*
 * Safe because the service was granted, by name or port, and is nobody's
 * secret.
 */
int
psd_do_get_service(struct psd_call *call, const struct psd_get_service_req *req,
    struct psd_get_service_rep *rep)
{
	struct psd_lookup_service_req ask = {
		.service = req->service,
		.protocol = req->protocol,
	};

	(void)rep;
	return psd_lookup(call, PSD_OP_lookup_service, &ask, answer, 0);
}
