/* SPDX-License-Identifier: ISC */
#include "common/codec.h"
#include "helper/exchange.h"
#include "helper/stub.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* The requests that are a word and an answer. */

/* Always the same: the ids tell apart which ping was answered. */
static const uint64_t COOKIE = UINT64_C(0x70657376697270);

int
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

/* Longer than the frame allows is cut, never refused: a log is for trouble. */
int
privsep_log(struct privsep *conversation, int priority, const char *format, ...)
{
	char text[PSD_TEXT_MAX + 1];
	struct psd_log_req req = { .priority = (uint32_t)priority };
	struct psd_log_rep rep;
	va_list arguments;
	int r;

	if (priority < 0 || priority > 7)
		return -EINVAL;
	va_start(arguments, format);
	r = vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	if (r < 0)
		return -errno;
	req.message = psd_str_of(text);
	psd_exchange_lock(conversation);
	r = psd_call_log(conversation, &req, &rep);
	psd_exchange_unlock(conversation);
	return r;
}
