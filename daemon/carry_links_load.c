/* SPDX-License-Identifier: ISC */
#include "daemon/carry.h"

#include "common/mem.h"
#include "daemon/instance.h"
#include "daemon/loaded.h"
#include "daemon/lookup.h"
#include "daemon/program.h"
#include "daemon/relay.h"
#include "daemon/run.h"
#include "daemon/service.h"
#include "daemon/watch.h"

#include <stdlib.h>
#include <string.h>

/* Who is to be found when all are there, and what for. */
struct link {
	STAILQ_ENTRY(link) next;
	uint64_t other;
	struct psd_instance *watched; /* or */
	struct psd_run *run;          /* or */
	struct psd_relayed *relayed;
};

/* One process takes over once. */
static STAILQ_HEAD(, link) links = STAILQ_HEAD_INITIALIZER(links);

/* NULL when there is no memory, which is told. */
static struct link *
add_link(struct psd_state_reader *reader, uint64_t other)
{
	struct link *link = calloc(1, sizeof(*link));

	if (link == NULL) {
		(void)psd_state_no_memory(reader);
		return NULL;
	}
	link->other = other;
	STAILQ_INSERT_TAIL(&links, link, next);
	return link;
}

static bool
load_look(struct psd_state_reader *reader, struct psd_instance *resolver)
{
	_cleanup_free_ unsigned char *bytes = NULL;
	struct psd_record_look record;
	struct psd_look_carried look;

	if (!psd_state_get(reader, PSD_RECORD_look, &record))
		return false;
	look = (struct psd_look_carried){
		.op = record.op,
		.id = record.id,
		.deadline_usec = record.deadline_usec,
		.len = record.size,
	};
	bytes = psd_state_get_bytes(reader, record.size);
	if (bytes == NULL)
		return false;
	look.bytes = bytes;
	return psd_lookup_resume(resolver, &look) >= 0 ||
	    psd_state_bad(reader, "a resolver was asked for nothing");
}

static bool
load_run(struct psd_state_reader *reader, struct psd_instance *caller)
{
	struct psd_record_run record;
	struct psd_run *run;
	struct link *link;

	if (!psd_state_get(reader, PSD_RECORD_run, &record))
		return false;
	if (caller->n_runs >= PSD_RUNS_MAX || record.handle == 0)
		return psd_state_bad(reader, "a helper runs too much");
	run = psd_run_make(caller, record.handle);
	if (run == NULL)
		return psd_state_no_memory(reader);
	run->end.ending = record.ending;
	run->end.was_killed = record.was_killed;
	run->end.status = record.status;
	if (record.program == 0)
		return true;
	link = add_link(reader, record.program);
	if (link == NULL)
		return false;
	link->run = run;
	return true;
}

static bool
load_relayed(struct psd_state_reader *reader, struct psd_instance *instance)
{
	struct psd_record_relayed record;
	struct psd_relayed *relayed;
	struct link *link;

	if (!psd_state_get(reader, PSD_RECORD_relayed, &record))
		return false;
	relayed = psd_relay_resume(instance, record.id, record.relay == 0,
	    (int)record.status);
	if (relayed == NULL)
		return psd_state_no_memory(reader);
	if (record.relay == 0)
		return true;
	link = add_link(reader, record.relay);
	if (link == NULL)
		return false;
	link->relayed = relayed;
	return true;
}

static bool
load_origin(struct psd_state_reader *reader, struct psd_origin *ret)
{
	struct psd_record_origin record;

	if (!psd_state_get(reader, PSD_RECORD_origin, &record))
		return false;
	if (record.address.len != sizeof(ret->address))
		return psd_state_bad(reader, "a client comes from nowhere");
	memcpy(ret->address, record.address.at, sizeof(ret->address));
	ret->uid = record.uid;
	ret->is_local = record.is_local != 0;
	return true;
}

static bool
load_watch(struct psd_state_reader *reader, struct psd_instance *program)
{
	struct psd_record_watch record;
	struct psd_watch_carried watch;
	struct link *link;

	if (!psd_state_get(reader, PSD_RECORD_watch, &record))
		return false;
	if (record.held.len != sizeof(watch.held))
		return psd_state_bad(reader, "a call is of another length");
	watch = (struct psd_watch_carried){
		.is_ready = record.is_ready != 0,
		.holds = record.holds != 0,
		.starts = record.starts,
		.id = record.id,
	};
	memcpy(&watch.held, record.held.at, sizeof(watch.held));
	if (psd_watch_resume(program, &watch) < 0)
		return psd_state_no_memory(reader);
	if (record.watcher == 0)
		return true;
	link = add_link(reader, record.watcher);
	if (link == NULL)
		return false;
	link->watched = program;
	return true;
}

bool
psd_carry_load_links(struct psd_state_reader *reader,
    struct psd_instance *instance)
{
	if (psd_state_next_is(reader, PSD_RECORD_look) &&
	    !load_look(reader, instance))
		return false;
	while (psd_state_next_is(reader, PSD_RECORD_run))
		if (!load_run(reader, instance))
			return false;
	if (psd_state_next_is(reader, PSD_RECORD_relayed) &&
	    !load_relayed(reader, instance))
		return false;
	if (psd_state_next_is(reader, PSD_RECORD_origin) &&
	    !load_origin(reader, &instance->origin))
		return false;
	if (psd_state_next_is(reader, PSD_RECORD_watch) &&
	    !load_watch(reader, instance))
		return false;
	return psd_state_error(reader) == 0;
}

static struct psd_instance *
find(const struct psd_daemon *daemon, uint64_t id)
{
	const struct psd_service *service;
	struct psd_instance *instance;

	TAILQ_FOREACH(service, &daemon->services, of_daemon)
		TAILQ_FOREACH(instance, &service->instances, of_service)
			if (instance->id == id)
				return instance;
	return NULL;
}

static bool
tie(struct psd_state_reader *reader, const struct link *link,
    struct psd_instance *other)
{
	const struct psd_policy *policy =
	    other == NULL ? NULL : other->loaded->policy;

	if (link->run != NULL && policy != NULL && other->run == NULL) {
		link->run->program = other;
		other->run = link->run;
	} else if (link->relayed != NULL && policy != NULL &&
	    policy->is_relay) {
		link->relayed->relay = other;
	} else if (link->watched != NULL && policy != NULL &&
	    policy->is_watcher && other->watch == NULL) {
		psd_watch_tie(link->watched, other);
	} else {
		return psd_state_bad(reader, "there is no instance %llu",
		    (unsigned long long)link->other);
	}
	return true;
}

bool
psd_carry_tie_links(struct psd_state_reader *reader,
    const struct psd_daemon *daemon)
{
	struct link *link;

	while ((link = STAILQ_FIRST(&links)) != NULL) {
		const bool is_tied =
		    tie(reader, link, find(daemon, link->other));

		STAILQ_REMOVE_HEAD(&links, next);
		free(link);
		if (!is_tied)
			return false;
	}
	return true;
}
