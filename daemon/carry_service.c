/* SPDX-License-Identifier: ISC */
#include "daemon/carry.h"

#include "common/codec.h"
#include "common/fd.h"
#include "daemon/loaded.h"
#include "daemon/respawn.h"
#include "daemon/service.h"

#include <stdlib.h>
#include <string.h>

static void
save_listeners(struct psd_state_writer *writer,
    const struct psd_listeners *listeners)
{
	struct psd_door_carried door;

	for (size_t i = 0; i < listeners->n; i++) {
		const struct psd_record_listener listener = {
			.index = listeners->at[i].index,
			.fd = psd_state_hold(writer, listeners->at[i].fd),
			.holder = listeners->at[i].holder,
		};

		psd_state_put(writer, PSD_RECORD_listener, &listener);
	}
	if (listeners->door == NULL)
		return;
	psd_door_tell(listeners->door, &door);
	psd_state_put(writer, PSD_RECORD_door,
	    &(struct psd_record_door){
		.fd = psd_state_hold(writer, door.fd),
		.mode = door.mode,
		.gid = door.gid,
		.holder = door.holder,
	    });
}

void
psd_carry_save_service(struct psd_state_writer *writer,
    const struct psd_carry_policies *policies,
    const struct psd_service *service)
{
	const struct psd_instance *instance;
	const struct psd_record_service record = {
		.name = psd_str_of(service->name),
		.loaded = psd_carry_find_policy(policies, service->loaded),
		.is_stopped = service->is_stopped,
		.is_removed = service->is_removed,
		.failures = service->failures,
		.is_held_back = service->is_held_back,
		.respawn_usec = psd_carry_due(service->respawn_source),
		.no_start_before_usec = service->no_start_before_usec,
		.starts_left = service->starts.left,
		.starts_since_usec = service->starts.since_usec,
		.started = service->started,
		.failed_starts = service->failed_starts,
		.orderly = service->endings[PSD_ENDING_ORDERLY],
		.abrupt = service->endings[PSD_ENDING_ABRUPT],
		.overdue = service->endings[PSD_ENDING_OVERDUE],
		.allowed = service->allowed,
		.refused = service->refused,
		.calls_refused = service->calls_refused,
		.memory_reached = service->memory_reached,
		.memory_kills = service->memory_kills,
		.tasks_reached = service->tasks_reached,
		.last_refused = psd_str_of(service->last_refused),
		.last_failure = psd_str_of(service->last_failure),
		.clients_admitted = service->clients.admitted,
		.clients_refused = service->clients.refused,
	};

	psd_state_put(writer, PSD_RECORD_service, &record);
	psd_carry_save_tally(writer, &service->tally);
	save_listeners(writer, &service->listeners);
	psd_carry_save_clients(writer, &service->clients.waiting);
	TAILQ_FOREACH(instance, &service->instances, of_service)
		psd_carry_save_instance(writer, policies, instance);
}

static bool
load_listener(struct psd_state_reader *reader, const struct psd_policy *policy,
    struct psd_listeners *listeners)
{
	struct psd_record_listener record;
	const size_t i = listeners->n;

	if (!psd_state_get(reader, PSD_RECORD_listener, &record))
		return false;
	if (record.index != i || i >= policy->n_listens ||
	    record.holder > PSD_HELD_BY_UNIT)
		return psd_state_bad(reader, "%s has no such listener",
		    policy->name);
	listeners->at[i] = (struct psd_listener){
		.index = record.index,
		.fd = psd_state_take_fd(reader, record.fd),
		.text = policy->listens[i].text,
		.holder = (enum psd_holder)record.holder,
	};
	listeners->n++;
	return psd_state_error(reader) == 0;
}

static bool
load_door(struct psd_state_reader *reader, struct psd_service *service,
    struct psd_listeners *listeners)
{
	struct psd_record_door record;
	struct psd_door_carried door;

	if (!psd_state_get(reader, PSD_RECORD_door, &record))
		return false;
	if (record.holder > PSD_HELD_BY_UNIT)
		return psd_state_bad(reader, "%s has no such door",
		    service->name);
	door = (struct psd_door_carried){
		.fd = psd_state_take_fd(reader, record.fd),
		.mode = record.mode,
		.gid = record.gid,
		.holder = (enum psd_holder)record.holder,
	};
	if (door.fd < 0)
		return false;
	listeners->door =
	    psd_door_resume(service->daemon, service->name, &door);
	return listeners->door != NULL || psd_state_no_memory(reader);
}

/*
 * What goes wrong here leaves all as it is, since to close a door would remove
 * it from where clients look for it.
 */
static bool
load_listeners(struct psd_state_reader *reader, struct psd_service *service)
{
	const struct psd_policy *policy = service->loaded->policy;
	struct psd_listeners listeners = {
		.at = calloc(policy->n_listens + 1, sizeof(*listeners.at)),
	};

	if (listeners.at == NULL)
		return psd_state_no_memory(reader);
	while (psd_state_next_is(reader, PSD_RECORD_listener))
		if (!load_listener(reader, policy, &listeners))
			return false;
	if (psd_state_next_is(reader, PSD_RECORD_door) &&
	    !load_door(reader, service, &listeners))
		return false;
	if (!service->is_removed &&
	    (listeners.n != policy->n_listens ||
		(listeners.door != NULL) != (policy->n_clients > 0)))
		return psd_state_bad(reader, "%s lacks a listener",
		    service->name);
	if (!service->is_removed)
		psd_service_adopt(service, &listeners);
	else
		psd_listeners_free(&service->daemon->store, &listeners);
	return psd_state_error(reader) == 0;
}

static void
fill_in(struct psd_service *service, const struct psd_record_service *record)
{
	service->is_stopped = record->is_stopped != 0;
	service->is_removed = record->is_removed != 0;
	service->failures = record->failures;
	service->is_held_back = record->is_held_back != 0;
	service->no_start_before_usec = record->no_start_before_usec;
	service->starts.left = record->starts_left;
	service->starts.since_usec = record->starts_since_usec;
	service->started = record->started;
	service->failed_starts = record->failed_starts;
	service->endings[PSD_ENDING_ORDERLY] = record->orderly;
	service->endings[PSD_ENDING_ABRUPT] = record->abrupt;
	service->endings[PSD_ENDING_OVERDUE] = record->overdue;
	service->allowed = record->allowed;
	service->refused = record->refused;
	service->calls_refused = record->calls_refused;
	service->memory_reached = record->memory_reached;
	service->memory_kills = record->memory_kills;
	service->tasks_reached = record->tasks_reached;
	psd_service_note(service->last_refused, sizeof(service->last_refused),
	    "%s", record->last_refused.at);
	psd_service_note(service->last_failure, sizeof(service->last_failure),
	    "%s", record->last_failure.at);
	service->clients.admitted = record->clients_admitted;
	service->clients.refused = record->clients_refused;
}

/* NULL, and the reader knows why. */
static struct psd_service *
make(struct psd_state_reader *reader, const struct psd_carry_policies *policies,
    struct psd_daemon *daemon, const struct psd_record_service *record)
{
	struct psd_loaded *loaded;
	struct psd_service *service;

	if (record->loaded >= policies->n) {
		(void)psd_state_bad(reader, "%s has no policy",
		    record->name.at);
		return NULL;
	}
	loaded = policies->at[record->loaded];
	if (strcmp(loaded->policy->name, record->name.at) != 0 ||
	    (record->is_removed == 0 && loaded->prepared == NULL)) {
		(void)psd_state_bad(reader, "%s has another's policy",
		    record->name.at);
		return NULL;
	}
	service = psd_service_make(daemon, psd_loaded_ref(loaded));
	if (service == NULL)
		(void)psd_state_no_memory(reader);
	else
		fill_in(service, record);
	return service;
}

static void
take_as_own(struct psd_daemon *daemon, struct psd_service *service)
{
	if (service->is_removed)
		return;
	if (service->loaded->policy->is_resolver)
		daemon->resolver = service;
	if (service->loaded->policy->is_relay)
		daemon->relay = service;
	if (service->loaded->policy->is_watcher)
		daemon->watcher = service;
}

bool
psd_carry_load_service(struct psd_state_reader *reader,
    const struct psd_carry_policies *policies, struct psd_daemon *daemon)
{
	struct psd_record_service record;
	struct psd_service *service;

	if (!psd_state_get(reader, PSD_RECORD_service, &record))
		return false;
	service = make(reader, policies, daemon, &record);
	if (service == NULL)
		return false;
	if (record.respawn_usec != 0)
		psd_respawn_at(service, record.respawn_usec);
	take_as_own(daemon, service);
	if (!psd_carry_load_tally(reader, &service->tally) ||
	    !load_listeners(reader, service))
		return false;
	while (psd_state_next_is(reader, PSD_RECORD_client))
		if (!psd_carry_load_client(reader, service, NULL))
			return false;
	while (psd_state_next_is(reader, PSD_RECORD_instance))
		if (!psd_carry_load_instance(reader, policies, service))
			return false;
	return psd_state_error(reader) == 0;
}
