/* SPDX-License-Identifier: ISC */
#include "daemon/audit.h"

#include "common/hot.h"
#include "common/mem.h"
#include "common/print.h"
#include "daemon/loaded.h"
#include "daemon/service.h"
#include "daemon/trace.h"

#include <stdbool.h>
#include <stdio.h>

enum { REQUEST_MAX = 1024, LINE_MAX_BYTES = 4096 };

/* A verdict in words. */
struct texts {
	char request[REQUEST_MAX], reason[LINE_MAX_BYTES];
	char hint[LINE_MAX_BYTES]; /* the line that would allow it, or "" */
};

/* Why, as a reader of the policy understands it. */
static void
print_reason(const struct psd_conversation *conversation,
    const struct psd_verdict *verdict, char *ret, size_t size)
{
	const struct psd_grant *grant = verdict->grant;
	const struct psd_grant *idle = verdict->idle;

	if (verdict->is_given_up)
		(void)snprintf(ret, size, "given up by the helper");
	else if (verdict->is_narrowed)
		(void)snprintf(ret, size, "narrowed by the helper");
	else if (idle != NULL)
		(void)snprintf(ret, size, "%s:%u: %s: %s", idle->where.file,
		    idle->where.line, idle->text,
		    idle->phase == NULL ||
			    idle->phase_at == conversation->rights.phase
			? "used up"
			: "of another phase");
	else if (grant == NULL && verdict->is_allowed)
		(void)snprintf(ret, size, "needs no grant");
	else if (grant == NULL)
		(void)snprintf(ret, size, "not in %s.policy",
		    conversation->instance->loaded->policy->name);
	else
		(void)snprintf(ret, size, "%s:%u: %s", grant->where.file,
		    grant->where.line, grant->text);
}

/* The line that decides, as FILE:LINE; "" where none does. */
static void
print_rule(const struct psd_verdict *verdict, char *ret, size_t size)
{
	const struct psd_grant *grant =
	    verdict->idle != NULL ? verdict->idle : verdict->grant;

	ret[0] = '\0';
	if (grant != NULL)
		(void)snprintf(ret, size, "%s:%u", grant->where.file,
		    grant->where.line);
}

/* What a verdict's entry has to tell, whatever it was. */
static void
say(struct psd_instance *instance, enum psd_message message,
    const struct psd_op_row *row, const struct psd_verdict *verdict,
    const struct texts *texts)
{
	char rule[LINE_MAX_BYTES];
	const struct psd_log_field fields[] = {
		{ "PRIVSEP_VERDICT",
		    verdict->is_allowed ? "allowed" : "refused" },
		{ "PRIVSEP_OPERATION", row->name },
		{ "PRIVSEP_REQUEST", texts->request },
		{ "PRIVSEP_REASON", texts->reason },
		{ "PRIVSEP_RULE", rule },
		{ "PRIVSEP_TO_ALLOW", texts->hint },
	};

	print_rule(verdict, rule, sizeof(rule));
	psd_instance_say(instance, message, fields, PSD_ELEMENTS(fields));
}

/* Would a line more in the policy help? */
static bool
is_unknown(const struct psd_verdict *verdict)
{
	return verdict->grant == NULL && !verdict->is_given_up &&
	    !verdict->is_narrowed && verdict->idle == NULL;
}

static void
audit_refused(const struct psd_conversation *conversation,
    const struct psd_op_row *row, const void *req,
    const struct psd_verdict *verdict)
{
	struct psd_instance *instance = conversation->instance;
	struct psd_service *service = instance->service;
	const struct psd_policy *policy = instance->loaded->policy;
	struct texts texts;

	texts.hint[0] = '\0';
	psd_print_request(texts.request, sizeof(texts.request), row, req);
	print_reason(conversation, verdict, texts.reason, sizeof(texts.reason));
	psd_service_note(service->last_refused, sizeof(service->last_refused),
	    "%s: %s", texts.request, texts.reason);
	if (policy->log_verdicts == PSD_VERDICTS_NONE)
		return;
	if (is_unknown(verdict))
		psd_policy_suggest(texts.hint, sizeof(texts.hint), row, req);
	say(instance,
	    is_unknown(verdict) ? PSD_MESSAGE_request_refused
				: PSD_MESSAGE_request_denied,
	    row, verdict, &texts);
}

static void
audit_allowed(const struct psd_conversation *conversation,
    const struct psd_op_row *row, const void *req,
    const struct psd_verdict *verdict)
{
	struct texts texts;

	texts.hint[0] = '\0';
	psd_print_request(texts.request, sizeof(texts.request), row, req);
	print_reason(conversation, verdict, texts.reason, sizeof(texts.reason));
	say(conversation->instance, PSD_MESSAGE_request_allowed, row, verdict,
	    &texts);
}

static void
trace(const struct psd_conversation *conversation,
    const struct psd_verdict *verdict)
{
	char reason[LINE_MAX_BYTES];

	print_reason(conversation, verdict, reason, sizeof(reason));
	psd_trace_judged(verdict->is_allowed, reason);
}

PSD_HOT void
psd_audit(const struct psd_conversation *conversation,
    const struct psd_op_row *row, const void *req,
    const struct psd_verdict *verdict)
{
	struct psd_instance *instance = conversation->instance;

	if (psd_trace_is_on())
		trace(conversation, verdict);
	psd_tally_verdict(&instance->service->tally, row->op,
	    verdict->is_allowed);
	if (!verdict->is_allowed) {
		instance->refused++;
		instance->service->refused++;
		audit_refused(conversation, row, req, verdict);
		return;
	}
	instance->allowed++;
	instance->service->allowed++;
	if (instance->loaded->policy->log_verdicts == PSD_VERDICTS_ALL)
		audit_allowed(conversation, row, req, verdict);
}
