/* SPDX-License-Identifier: ISC */
#include "daemon/call.h"
#include "daemon/lookup.h"

static void
answer(struct psd_call *call, uint64_t cookie, int status,
    const union psd_any_rep *found)
{
	struct psd_get_groups_rep rep = { .end = 0 };

	(void)cookie;
	if (status == 0) {
		rep.groups = found->as_lookup_groups.groups;
	}
	psd_call_finish(call, status, &rep);
}

/*
 * Safe because the user was granted, and what is told are numbers of groups:
 * one that the helper names itself, too, as getgrouplist(3) does.
 */
int
psd_do_get_groups(struct psd_call *call, const struct psd_get_groups_req *req,
    struct psd_get_groups_rep *rep)
{
	struct psd_lookup_groups_req ask = {
		.user = req->user,
		.gid = req->gid,
	};

	(void)rep;
	return psd_lookup(call, PSD_OP_lookup_groups, &ask, answer, 0);
}
