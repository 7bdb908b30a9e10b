/* SPDX-License-Identifier: ISC */
#include "daemon/reached.h"

#include "common/mem.h"
#include "daemon/cgroup_watch.h"
#include "daemon/leaves.h"
#include "daemon/loaded.h"
#include "daemon/service.h"

#include <inttypes.h>
#include <stdio.h>

enum { RULE_SIZE = 512 };

static void
print_rule(char ret[RULE_SIZE], const struct psd_where *where)
{
	(void)snprintf(ret, RULE_SIZE, "%s:%u", where->file, where->line);
}

/* Of a limit that is set, or the kernel would not count. */
static void
tell_reached(struct psd_instance *instance, const char *limit,
    const struct psd_where *where)
{
	char rule[RULE_SIZE];
	const struct psd_log_field fields[] = {
		{ "PRIVSEP_LIMIT", limit },
		{ "PRIVSEP_RULE", rule },
	};

	print_rule(rule, where);
	psd_instance_tell(instance, PSD_MESSAGE_limit_reached, fields,
	    PSD_ELEMENTS(fields));
}

static void
tell_killed(struct psd_instance *instance, uint64_t kills)
{
	const struct psd_policy *policy = instance->loaded->policy;
	char killed[24], rule[RULE_SIZE];
	char reason[RULE_SIZE + sizeof("MemoryMax= of ")];
	const struct psd_log_field fields[] = {
		{ "PRIVSEP_KILLED", killed },
		{ "PRIVSEP_REASON", reason },
	};

	(void)snprintf(killed, sizeof(killed), "%" PRIu64, kills);
	print_rule(rule, &policy->memory_where);
	if (policy->memory_max != UINT64_MAX)
		(void)snprintf(reason, sizeof(reason), "MemoryMax= of %s",
		    rule);
	else
		(void)snprintf(reason, sizeof(reason),
		    "that of a group above, or of the host");
	/* One that starts others could have them killed for ever. */
	if (instance->reached.kills == 0)
		psd_instance_tell(instance, PSD_MESSAGE_out_of_memory, fields,
		    PSD_ELEMENTS(fields));
	else
		psd_instance_say(instance, PSD_MESSAGE_out_of_memory, fields,
		    PSD_ELEMENTS(fields));
}

/* A helper that is at its limit meets it thousands of times: told once. */
static void
tell_new(struct psd_instance *instance, const struct psd_cgroup_events *now)
{
	const struct psd_policy *policy = instance->loaded->policy;
	const struct psd_cgroup_events *before = &instance->reached;
	struct psd_service *service = instance->service;

	if (before->memory_max == 0 && now->memory_max > 0 &&
	    policy->memory_max != UINT64_MAX) {
		service->memory_reached++;
		tell_reached(instance, "MemoryMax=", &policy->memory_where);
	}
	if (before->tasks_max == 0 && now->tasks_max > 0 &&
	    policy->tasks_max != UINT32_MAX) {
		service->tasks_reached++;
		tell_reached(instance, "TasksMax=", &policy->tasks_where);
	}
	if (now->kills > before->kills) {
		service->memory_kills += now->kills - before->kills;
		tell_killed(instance, now->kills - before->kills);
	}
}

void
psd_reached_look(struct psd_instance *instance)
{
	struct psd_cgroup *cgroup = &instance->service->daemon->host.cgroup;
	struct psd_cgroup_events now = instance->reached;
	int fd;

	if (instance->leaf < 0)
		return;
	fd = psd_cgroup_leaf_fd(cgroup, instance->leaf);
	/* It may be killed for a limit above its own, if it has any. */
	if (cgroup->has_memory)
		psd_cgroup_events_of_memory(fd, &now);
	if (cgroup->has_pids && now.tasks_max == 0 &&
	    instance->loaded->policy->tasks_max != UINT32_MAX)
		psd_cgroup_events_of_pids(fd, &now);
	tell_new(instance, &now);
	instance->reached = now;
	/* Of this nothing more is told. */
	if (now.tasks_max > 0)
		psd_cgroup_unwatch_file(cgroup, instance->leaf, PSD_LEAF_PIDS);
}

void
psd_reached_watch(struct psd_instance *instance)
{
	const struct psd_policy *policy = instance->loaded->policy;
	struct psd_daemon *daemon = instance->service->daemon;
	const struct psd_cgroup *cgroup = &daemon->host.cgroup;

	if (instance->leaf < 0)
		return;
	if (cgroup->has_memory && policy->memory_max != UINT64_MAX)
		(void)psd_leaves_watch(daemon, instance->leaf, PSD_LEAF_MEMORY);
	if (cgroup->has_pids && policy->tasks_max != UINT32_MAX &&
	    instance->reached.tasks_max == 0)
		(void)psd_leaves_watch(daemon, instance->leaf, PSD_LEAF_PIDS);
}

void
psd_reached_end(struct psd_instance *instance)
{
	if (instance->leaf < 0)
		return;
	psd_reached_look(instance);
	psd_cgroup_unwatch(&instance->service->daemon->host.cgroup,
	    instance->leaf);
}
