/* SPDX-License-Identifier: ISC */
#include "common/list.h"
#include "common/lookup.h"
#include "daemon/call.h"
#include "daemon/lookup.h"

#include <errno.h>

static void
answer(struct psd_call *call, uint64_t cookie, int status,
    const union psd_any_rep *found)
{
	struct psd_resolve_rep rep = { .end = 0 };

	(void)cookie;
	if (status == 0) {
		rep.targets = found->as_lookup_host.targets;
		rep.canonical = found->as_lookup_host.canonical;
	}
	psd_call_finish(call, status, &rep);
}

/*
 * Safe because the name was granted and is asked for as it was judged, but for
 * capital letters, with nothing put behind it, and by the resolver alone; what
 * that answers was judged by the codec and goes to whoever asked.
 */
int
psd_do_resolve(struct psd_call *call, const struct psd_resolve_req *req,
    struct psd_resolve_rep *rep)
{
	struct psd_lookup_host_req ask = {
		.host = req->host,
		.service = req->service,
		.family = req->family,
		.type = req->type,
		.protocol = req->protocol,
		.flags = req->flags,
	};

	(void)rep;
	if (req->type > PSD_SOCKET_RAW || req->protocol > UINT16_MAX ||
	    (req->flags & ~(uint32_t)PSD_LOOKUP_HOST_FLAGS) != 0)
		return -EINVAL;
	/* Files have no names that end in one. */
	if (ask.host.len > 0 && ask.host.at[ask.host.len - 1] == '.')
		ask.host.len--;
	return psd_lookup(call, PSD_OP_lookup_host, &ask, answer, 0);
}
