/* SPDX-License-Identifier: ISC */
#include "common/codec.h"
#include "common/lookup.h"
#include "daemon/call.h"
#include "daemon/lookup.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

/*
 * The entry is known by a name and an id, of which the helper named one: what
 * a Deny line says of the other counts as well, and then there is none.
 */
static bool
is_hidden(const struct psd_call *call, const struct psd_lookup_group_rep *found)
{
	const struct psd_get_group_req by_name = { .group = found->name };
	struct psd_get_group_req by_id;
	char id[16];

	(void)snprintf(id, sizeof(id), "%" PRIu32, found->gid);
	by_id = (struct psd_get_group_req){ .group = psd_str_of(id) };
	return psd_call_denies(call, &by_name) || psd_call_denies(call, &by_id);
}

/* What the line shows; the rest is not there. */
static void
show(uint32_t shown, const struct psd_lookup_group_rep *found,
    struct psd_get_group_rep *rep)
{
	rep->fields = shown;
	if ((shown & PSD_SHOWS_NAME) != 0)
		rep->name = found->name;
	if ((shown & PSD_SHOWS_GID) != 0)
		rep->gid = found->gid;
	if ((shown & PSD_SHOWS_MEMBERS) != 0)
		rep->members = found->members;
}

static void
answer(struct psd_call *call, uint64_t cookie, int status,
    const union psd_any_rep *found)
{
	struct psd_get_group_rep rep = {
		.gid = (uint32_t)PSD_NO_ID,
	};

	(void)cookie;
	if (status == 0 && is_hidden(call, &found->as_lookup_group))
		status = -ENOENT;
	if (status == 0)
		show(call->grant->fields, &found->as_lookup_group, &rep);
	psd_call_finish(call, status, &rep);
}

/*
 * Safe because the group was granted, by name or id, and only the fields that
 * the line shows are told, its members only where the line says so.
 */
int
psd_do_get_group(struct psd_call *call, const struct psd_get_group_req *req,
    struct psd_get_group_rep *rep)
{
	struct psd_lookup_group_req ask = { .group = req->group };

	(void)rep;
	return psd_lookup(call, PSD_OP_lookup_group, &ask, answer, 0);
}
