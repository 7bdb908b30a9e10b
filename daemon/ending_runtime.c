/* SPDX-License-Identifier: ISC */
/* RuntimeMaxSec=: an end that the policy sets. */
#include "common/log.h"
#include "daemon/ending.h"
#include "daemon/loaded.h"
#include "daemon/program.h"
#include "daemon/service.h"

static int
on_runtime_max(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct psd_instance *instance = userdata;

	(void)source;
	(void)usec;
	psd_log(LOG_WARNING,
	    "%s[%d]: has run for RuntimeMaxSec=", instance->service->name,
	    instance->child.pid);
	/* A program was given its time, and no conversation to end. */
	instance->is_overdue = psd_instance_is_program(instance);
	psd_instance_end(instance, true);
	return 0;
}

int
psd_ending_at(struct psd_instance *instance, uint64_t due_usec)
{
	const int r = sd_event_add_time(psd_loop(instance->service->daemon),
	    &instance->runtime_source, CLOCK_MONOTONIC, due_usec,
	    psd_loop_slack_until(due_usec), on_runtime_max, instance);

	return r < 0 ? r : 0;
}

int
psd_ending_limit_runtime(struct psd_instance *instance)
{
	const uint64_t max = instance->loaded->policy->runtime_max_usec;

	return max == 0 ? 0 : psd_ending_at(instance, psd_now() + max);
}
