/* SPDX-License-Identifier: ISC */
#include "common/codec.h"
#include "common/hot.h"
#include "helper/exchange.h"
#include "helper/stub.h"

#include <errno.h>
#include <string.h>

/* The requests that are a word and an answer. */

/* Always the same: the ids tell apart which ping was answered. */
static const uint64_t COOKIE = UINT64_C(0x70657376697270);

PSD_HOT int
privsep_ping(struct privsep *conversation)
{
	struct psd_ping_req req = { .cookie = COOKIE };
	struct psd_ping_rep rep;
	int r;

	psd_exchange_lock(conversation);
	r = psd_call_ping(conversation, &req, &rep);
	if (r == 0 && rep.cookie != COOKIE)
		r = psd_exchange_break(conversation);
	psd_exchange_unlock(conversation);
	return r;
}

int
privsep_restrict(struct privsep *conversation, const char *operation)
{
	const struct psd_op_row *const row =
	    psd_op_find_name(operation, strlen(operation));
	struct psd_restrict_req req;
	struct psd_restrict_rep rep;
	int r;

	if (row == NULL)
		return -EINVAL;
	req.operation = (uint32_t)row->op;
	psd_exchange_lock(conversation);
	r = psd_call_restrict(conversation, &req, &rep);
	psd_exchange_unlock(conversation);
	return r;
}

int
privsep_narrow(struct privsep *conversation, const char *lines)
{
	struct psd_narrow_req req = { .lines = psd_str_of(lines) };
	struct psd_narrow_rep rep;
	int r;

	psd_exchange_lock(conversation);
	r = psd_call_narrow(conversation, &req, &rep);
	psd_exchange_unlock(conversation);
	return r;
}

int
privsep_phase(struct privsep *conversation, const char *phase)
{
	struct psd_phase_req req = { .phase = psd_str_of(phase) };
	struct psd_phase_rep rep;
	int r;

	psd_exchange_lock(conversation);
	r = psd_call_phase(conversation, &req, &rep);
	psd_exchange_unlock(conversation);
	return r;
}
