/* SPDX-License-Identifier: ISC */
#include "daemon/carry.h"

#include "common/fd.h"
#include "daemon/denial.h"
#include "daemon/ending.h"
#include "daemon/instance.h"
#include "daemon/loaded.h"
#include "daemon/output.h"
#include "daemon/service.h"

void
psd_carry_save_instance(struct psd_state_writer *writer,
    const struct psd_carry_policies *policies,
    const struct psd_instance *instance)
{
	const struct psd_child *child = &instance->child;
	const struct psd_record_instance record = {
		.id = instance->id,
		.loaded = psd_carry_find_policy(policies, instance->loaded),
		.uid = instance->uid,
		.gid = instance->gid,
		.owns_uid = instance->owns_uid,
		.pid = (uint32_t)child->pid,
		.pidfd = psd_state_hold(writer, child->pidfd),
		.listener = psd_state_hold(writer, child->listener),
		.report = psd_state_hold(writer, child->report),
		.in_cgroup = child->in_cgroup,
		.is_slow = child->is_slow,
		.leaf = (uint32_t)instance->leaf,
		.memory_max = instance->reached.memory_max,
		.kills = instance->reached.kills,
		.tasks_max = instance->reached.tasks_max,
		.output = psd_state_hold(writer, instance->output),
		.state = instance->state,
		.started_usec = instance->started_usec,
		.deadline_usec = psd_carry_due(instance->deadline_source),
		.runtime_usec = psd_carry_due(instance->runtime_source),
		.is_overdue = instance->is_overdue,
		.is_broken = instance->is_broken,
		.is_retired = instance->is_retired,
		.is_counted = instance->is_counted,
		.is_taken = instance->is_taken,
		.has_served = instance->has_served,
		.n_accepted = instance->n_accepted,
		.has_client = instance->has_client,
		.last_run = instance->last_run,
		.last_clone = instance->last_clone,
		.waiting_end = psd_state_hold(writer, instance->waiting_end),
		.allowed = instance->allowed,
		.refused = instance->refused,
		.requests_left = instance->requests.left,
		.requests_since_usec = instance->requests.since_usec,
	};

	psd_state_put(writer, PSD_RECORD_instance, &record);
	psd_carry_save_conversations(writer, instance);
	psd_carry_save_links(writer, instance);
	psd_carry_save_clients(writer, &instance->clients);
}

static void
fill_in(struct psd_instance *instance, const struct psd_record_instance *record)
{
	instance->uid = record->uid;
	instance->gid = record->gid;
	instance->owns_uid = record->owns_uid != 0;
	instance->child.pid = (pid_t)record->pid;
	instance->child.in_cgroup = record->in_cgroup != 0;
	instance->child.is_slow = record->is_slow != 0;
	instance->leaf = (int)record->leaf;
	instance->reached = (struct psd_cgroup_events){
		.memory_max = record->memory_max,
		.kills = record->kills,
		.tasks_max = record->tasks_max,
	};
	instance->state = (enum psd_instance_state)record->state;
	instance->started_usec = record->started_usec;
	instance->is_overdue = record->is_overdue != 0;
	instance->is_broken = record->is_broken != 0;
	instance->is_retired = record->is_retired != 0;
	instance->is_counted = record->is_counted != 0;
	instance->is_taken = record->is_taken != 0;
	instance->has_served = record->has_served != 0;
	instance->n_accepted = record->n_accepted;
	instance->has_client = record->has_client != 0;
	instance->last_run = record->last_run;
	instance->last_clone = record->last_clone;
	instance->allowed = record->allowed;
	instance->refused = record->refused;
	instance->requests.left = record->requests_left;
	instance->requests.since_usec = record->requests_since_usec;
}

static bool
take_descriptors(struct psd_state_reader *reader, struct psd_instance *instance,
    const struct psd_record_instance *record)
{
	instance->child.pidfd = psd_state_take_fd(reader, record->pidfd);
	instance->child.listener = psd_state_take(reader, record->listener);
	instance->child.report = psd_state_take(reader, record->report);
	instance->output = psd_state_take(reader, record->output);
	instance->waiting_end = psd_state_take(reader, record->waiting_end);
	return psd_state_error(reader) == 0;
}

/* What it has of what all share: nobody else may have it. */
static bool
take_shares(struct psd_state_reader *reader, struct psd_instance *instance)
{
	struct psd_host *host = &instance->service->daemon->host;

	if (instance->owns_uid &&
	    (!host->set_ids || !psd_uid_adopt(&host->uids, instance->uid)))
		return psd_state_bad(reader, "uid %u is not its helper's",
		    instance->uid);
	if (instance->leaf != -1 &&
	    !psd_cgroup_has_leaf(&host->cgroup, instance->leaf))
		return psd_state_bad(reader, "there is no leaf %d",
		    instance->leaf);
	return true;
}

/* Among its service's, where ids grow. */
static bool
join(struct psd_state_reader *reader, struct psd_instance *instance)
{
	struct psd_service *service = instance->service;
	const struct psd_instance *last =
	    TAILQ_LAST(&service->instances, psd_instances);

	if (instance->state > PSD_INSTANCE_ENDING ||
	    (last != NULL && last->id >= instance->id) ||
	    instance->id > service->daemon->next_instance)
		return psd_state_bad(reader, "instance %llu is out of turn",
		    (unsigned long long)instance->id);
	TAILQ_INSERT_TAIL(&service->instances, instance, of_service);
	service->daemon->n_instances++;
	service->n_connections += instance->has_client;
	if (!instance->is_counted)
		return true;
	service->n_instances++;
	service->n_taken += instance->is_taken;
	return true;
}

static bool
watch(struct psd_state_reader *reader, struct psd_instance *instance,
    const struct psd_record_instance *record)
{
	int r;

	r = psd_ending_watch(instance);
	if (r >= 0 && record->runtime_usec != 0)
		r = psd_ending_at(instance, record->runtime_usec);
	if (r >= 0)
		r = psd_denial_watch(instance);
	if (r >= 0)
		r = psd_output_watch(instance);
	if (r < 0)
		return psd_state_bad(reader, "instance %llu cannot be watched",
		    (unsigned long long)instance->id);
	if (record->deadline_usec != 0)
		psd_instance_set_deadline(instance,
		    psd_carry_left(record->deadline_usec));
	return true;
}

bool
psd_carry_load_instance(struct psd_state_reader *reader,
    const struct psd_carry_policies *policies, struct psd_service *service)
{
	struct psd_record_instance record;
	struct psd_instance *instance;

	if (!psd_state_get(reader, PSD_RECORD_instance, &record))
		return false;
	if (record.loaded >= policies->n)
		return psd_state_bad(reader, "an instance has no policy");
	instance = psd_instance_make_of(service, policies->at[record.loaded],
	    record.id);
	if (instance == NULL)
		return psd_state_no_memory(reader);
	fill_in(instance, &record);
	if (!take_descriptors(reader, instance, &record) ||
	    !join(reader, instance) || !take_shares(reader, instance) ||
	    !psd_carry_load_conversations(reader, instance) ||
	    !watch(reader, instance, &record))
		return false;
	if (instance->is_counted && instance->first.has_greeted)
		service->n_ready++;
	if (!psd_carry_load_links(reader, instance))
		return false;
	while (psd_state_next_is(reader, PSD_RECORD_client))
		if (!psd_carry_load_client(reader, service, instance))
			return false;
	return psd_state_error(reader) == 0;
}
