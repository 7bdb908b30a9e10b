/* SPDX-License-Identifier: ISC */
#include "daemon/audit.h"

#include "common/mem.h"
#include "common/print.h"
#include "daemon/loaded.h"
#include "daemon/service.h"

#include <stdio.h>
#include <syslog.h>

enum { REQUEST_MAX = 1024, LINE_MAX_BYTES = 4096 };

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
	else if (grant == NULL)
		(void)snprintf(ret, size, "not in %s.policy",
		    conversation->instance->loaded->policy->name);
	else
		(void)snprintf(ret, size, "%s:%u: %s", grant->where.file,
		    grant->where.line, grant->text);
}

static void
audit_refused(const struct psd_conversation *conversation,
    const struct psd_op_row *row, const void *req,
    const struct psd_verdict *verdict)
{
	struct psd_instance *instance = conversation->instance;
	struct psd_service *service = instance->service;
	const struct psd_policy *policy = instance->loaded->policy;
	char request[REQUEST_MAX], reason[LINE_MAX_BYTES], hint[LINE_MAX_BYTES];

	psd_print_request(request, sizeof(request), row, req);
	print_reason(conversation, verdict, reason, sizeof(reason));
	psd_service_note(service->last_refused, sizeof(service->last_refused),
	    "%s: %s", request, reason);
	if (policy->log_verdicts == PSD_VERDICTS_NONE)
		return;
	psd_instance_log(instance, LOG_NOTICE, "refused %s: %s", request,
	    reason);
	if (verdict->grant != NULL || verdict->is_given_up ||
	    verdict->is_narrowed || verdict->idle != NULL)
		return;
	psd_policy_suggest(hint, sizeof(hint), row, req);
	psd_instance_log(instance, LOG_NOTICE, "to allow: %s", hint);
}

static void
audit_allowed(const struct psd_conversation *conversation,
    const struct psd_op_row *row, const void *req,
    const struct psd_verdict *verdict)
{
	char request[REQUEST_MAX], reason[LINE_MAX_BYTES];

	psd_print_request(request, sizeof(request), row, req);
	if (verdict->grant == NULL)
		(void)snprintf(reason, sizeof(reason), "needs no grant");
	else
		print_reason(conversation, verdict, reason, sizeof(reason));
	psd_instance_log(conversation->instance, LOG_INFO, "allowed %s: %s",
	    request, reason);
}

void
psd_audit(const struct psd_conversation *conversation,
    const struct psd_op_row *row, const void *req,
    const struct psd_verdict *verdict)
{
	struct psd_instance *instance = conversation->instance;

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
