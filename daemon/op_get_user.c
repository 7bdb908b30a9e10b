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
is_hidden(const struct psd_call *call, const struct psd_lookup_user_rep *found)
{
	const struct psd_get_user_req by_name = { .user = found->name };
	struct psd_get_user_req by_id;
	char id[16];

	(void)snprintf(id, sizeof(id), "%" PRIu32, found->uid);
	by_id = (struct psd_get_user_req){ .user = psd_str_of(id) };
	return psd_call_denies(call, &by_name) || psd_call_denies(call, &by_id);
}

/* What the line shows; the rest is not there. */
static void
show(uint32_t shown, const struct psd_lookup_user_rep *found,
    struct psd_get_user_rep *rep)
{
	rep->fields = shown;
	if ((shown & PSD_SHOWS_NAME) != 0)
		rep->name = found->name;
	if ((shown & PSD_SHOWS_UID) != 0)
		rep->uid = found->uid;
	if ((shown & PSD_SHOWS_GID) != 0)
		rep->gid = found->gid;
	if ((shown & PSD_SHOWS_COMMENT) != 0)
		rep->comment = found->comment;
	if ((shown & PSD_SHOWS_HOME) != 0)
		rep->home = found->home;
	if ((shown & PSD_SHOWS_SHELL) != 0)
		rep->shell = found->shell;
}

static void
answer(struct psd_call *call, uint64_t cookie, int status,
    const union psd_any_rep *found)
{
	struct psd_get_user_rep rep = {
		.uid = (uint32_t)PSD_NO_ID,
		.gid = (uint32_t)PSD_NO_ID,
	};

	(void)cookie;
	if (status == 0 && is_hidden(call, &found->as_lookup_user))
		status = -ENOENT;
	if (status == 0)
		show(call->grant->fields, &found->as_lookup_user, &rep);
	psd_call_finish(call, status, &rep);
}

/*
 * Safe because the user was granted, by name or id, and only the fields that
 * the line shows are told; there is no password among them, nor in what the
 * resolver answers.
 */
int
psd_do_get_user(struct psd_call *call, const struct psd_get_user_req *req,
    struct psd_get_user_rep *rep)
{
	struct psd_lookup_user_req ask = { .user = req->user };

	(void)rep;
	return psd_lookup(call, PSD_OP_lookup_user, &ask, answer, 0);
}
