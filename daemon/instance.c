/* SPDX-License-Identifier: ISC */
#include "daemon/instance.h"

#include "common/log.h"
#include "common/sys.h"
#include "daemon/cgroup.h"
#include "daemon/loaded.h"
#include "daemon/program.h"
#include "daemon/relay.h"
#include "daemon/lookup.h"
#include "daemon/service.h"
#include "daemon/talk.h"
#include "daemon/trace.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *
psd_ending_name(enum psd_ending ending)
{
	switch (ending) {
	case PSD_ENDING_ORDERLY:
		return "orderly";
	case PSD_ENDING_ABRUPT:
		return "abrupt";
	case PSD_ENDING_OVERDUE:
		return "overdue";
	}
	return "unknown";
}

const char *
psd_instance_state_name(enum psd_instance_state state)
{
	switch (state) {
	case PSD_INSTANCE_STARTING:
		return "starting";
	case PSD_INSTANCE_READY:
		return "ready";
	case PSD_INSTANCE_ENDING:
		return "ending";
	}
	return "unknown";
}

struct psd_service *
psd_instance_service(struct psd_instance *instance)
{
	return instance->service;
}

uid_t
psd_instance_uid(const struct psd_instance *instance)
{
	return instance->uid;
}

void
psd_instance_overdue(struct psd_instance *instance, const char *why)
{
	const struct psd_log_field reason = { "PRIVSEP_REASON", why };

	psd_instance_tell(instance, PSD_MESSAGE_overdue, &reason, 1);
	instance->is_overdue = true;
	psd_instance_kill(instance);
}

static int
on_deadline(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct psd_instance *instance = userdata;

	(void)source;
	(void)usec;
	psd_instance_overdue(instance,
	    instance->state == PSD_INSTANCE_STARTING
		? "did not say hello in time"
		: "did not exit in time");
	psd_relay_give_up(instance);
	return 0;
}

void
psd_instance_set_deadline(struct psd_instance *instance, uint64_t usec)
{
	instance->deadline_source =
	    sd_event_source_disable_unref(instance->deadline_source);
	if (usec == 0)
		return;
	if (sd_event_add_time_relative(psd_loop(instance->service->daemon),
		&instance->deadline_source, CLOCK_MONOTONIC, usec,
		psd_loop_slack(usec), on_deadline, instance) < 0)
		psd_log(LOG_ERR, "%s[%d]: no memory for a deadline",
		    instance->service->name, instance->child.pid);
}

void
psd_instance_greeted(struct psd_instance *instance)
{
	if (instance->state != PSD_INSTANCE_STARTING)
		return;
	instance->state = PSD_INSTANCE_READY;
	psd_spawn_forget(&instance->child);
	psd_instance_set_deadline(instance, 0);
	psd_service_instance_ready(instance);
}

static struct psd_call *
find_accept(struct psd_conversation *conversation)
{
	struct psd_call *call;

	TAILQ_FOREACH(call, &conversation->waiting, of_conversation)
		if (call->row->op == PSD_OP_accept)
			return call;
	return NULL;
}

static void
answer_accepts_of(struct psd_conversation *conversation)
{
	struct psd_call *call;

	while (!conversation->instance->is_broken &&
	    (call = find_accept(conversation)) != NULL)
		psd_call_finish(call, -ESHUTDOWN, NULL);
}

/* It finishes what it does, for which it may be waiting for something else. */
static void
answer_accepts(struct psd_instance *instance)
{
	struct psd_conversation *clone;

	answer_accepts_of(&instance->first);
	TAILQ_FOREACH(clone, &instance->clones, of_instance)
		answer_accepts_of(clone);
}

void
psd_instance_accepted(struct psd_instance *instance)
{
	instance->n_accepted++;
	if (instance->is_taken ||
	    instance->n_accepted < instance->loaded->policy->accepts_max)
		return;
	instance->is_taken = true;
	/* It may have asked for more than one at a time. */
	answer_accepts(instance);
	psd_service_instance_taken(instance);
}

int
psd_instance_may_accept(struct psd_instance *instance)
{
	const struct psd_policy *policy = instance->loaded->policy;

	if (!psd_policy_takes_clients(policy))
		return -EINVAL;
	/*
	 * A newer policy has taken over, or it has had its client: it finishes
	 * what it has and ends.
	 */
	if (instance->is_retired || instance->is_taken ||
	    instance->state == PSD_INSTANCE_ENDING)
		return -ESHUTDOWN;
	return 0;
}

void
psd_instance_ended(struct psd_instance *instance)
{
	if (instance->is_broken)
		return;
	psd_conversation_end(&instance->first);
	if (instance->is_broken)
		return;
	instance->state = PSD_INSTANCE_ENDING;
	psd_instance_set_deadline(instance,
	    instance->loaded->policy->timeout_stop_usec);
}

void
psd_instance_end(struct psd_instance *instance, bool grace)
{
	struct psd_conversation *clone;

	if (instance->is_broken)
		return;
	if (psd_instance_is_program(instance)) {
		psd_program_end(instance);
		return;
	}
	psd_conversation_end(&instance->first);
	TAILQ_FOREACH(clone, &instance->clones, of_instance)
		if (!instance->is_broken)
			psd_conversation_end(clone);
	if (instance->is_broken)
		return;
	instance->state = PSD_INSTANCE_ENDING;
	if (grace || instance->first.said_end)
		psd_instance_set_deadline(instance,
		    instance->loaded->policy->timeout_stop_usec);
}

void
psd_instance_retire(struct psd_instance *instance)
{
	/* One that waits for its client has nothing to finish. */
	if (instance->waiting_end >= 0)
		psd_program_end(instance);
	if (instance->is_retired || instance->is_broken ||
	    psd_instance_is_program(instance))
		return;
	instance->is_retired = true;
	if (!psd_policy_takes_clients(instance->loaded->policy))
		psd_instance_end(instance, false);
	else
		answer_accepts(instance);
}

void
psd_instance_kill(struct psd_instance *instance)
{
	int r;

	if (instance->leaf >= 0)
		(void)psd_cgroup_leaf_kill(
		    &instance->service->daemon->host.cgroup, instance->leaf);
	r = psd_sys_pidfd_kill(instance->child.pidfd, SIGKILL);
	if (r < 0 && r != -ESRCH)
		psd_log(LOG_ERR, "%s[%d]: cannot kill: %s",
		    instance->service->name, instance->child.pid, strerror(-r));
}

void
psd_instance_drop(struct psd_instance *instance)
{
	struct psd_conversation *clone;

	psd_conversation_drop(&instance->first);
	TAILQ_FOREACH(clone, &instance->clones, of_instance)
		psd_conversation_drop(clone);
}

void
psd_instance_break(struct psd_instance *instance, const char *why, ...)
{
	char text[128];
	const struct psd_log_field reason = { "PRIVSEP_REASON", text };
	va_list arguments;

	if (instance->is_broken)
		return;
	va_start(arguments, why);
	(void)vsnprintf(text, sizeof(text), why, arguments);
	va_end(arguments);
	instance->is_broken = true;
	instance->state = PSD_INSTANCE_ENDING;
	psd_instance_tell(instance, PSD_MESSAGE_dropped, &reason, 1);
	psd_trace_broke(instance, text);
	psd_instance_drop(instance);
	psd_instance_kill(instance);
	psd_lookup_lost(instance);
	psd_relay_lost(instance);
}
