/* SPDX-License-Identifier: ISC */
#include "daemon/carry.h"

#include "daemon/instance.h"
#include "daemon/loaded.h"
#include "daemon/lookup.h"
#include "daemon/relay.h"
#include "daemon/run.h"
#include "daemon/watch.h"

static void
save_look(struct psd_state_writer *writer, const struct psd_lookup *lookup)
{
	struct psd_look_carried look = { .len = 0 };

	psd_lookup_tell(lookup, &look);
	psd_state_put(writer, PSD_RECORD_look,
	    &(struct psd_record_look){
		.op = look.op,
		.id = look.id,
		.deadline_usec = look.deadline_usec,
		.size = look.len,
	    });
	psd_state_put_bytes(writer, look.bytes, look.len);
}

static void
save_run(struct psd_state_writer *writer, const struct psd_run *run)
{
	const struct psd_record_run record = {
		.handle = run->handle,
		.program = run->program == NULL ? 0 : run->program->id,
		.ending = run->end.ending,
		.was_killed = run->end.was_killed,
		.status = run->end.status,
	};

	psd_state_put(writer, PSD_RECORD_run, &record);
}

/* Of a connection that is over the relay may be gone. */
static void
save_relayed(struct psd_state_writer *writer,
    const struct psd_instance *instance)
{
	const struct psd_relayed *relayed = instance->relayed;
	const struct psd_record_relayed record = {
		.relay = relayed->is_over ? 0 : relayed->relay->id,
		.id = relayed->id,
		.status = (uint32_t)relayed->status,
	};

	psd_state_put(writer, PSD_RECORD_relayed, &record);
}

static void
save_origin(struct psd_state_writer *writer, const struct psd_origin *origin)
{
	const struct psd_record_origin record = {
		.address = { origin->address, sizeof(origin->address) },
		.uid = origin->uid,
		.is_local = origin->is_local,
	};

	psd_state_put(writer, PSD_RECORD_origin, &record);
}

static void
save_watch(struct psd_state_writer *writer, const struct psd_instance *program)
{
	struct psd_watch_carried watch;
	struct psd_record_watch record;

	psd_watch_tell(program, &watch);
	record = (struct psd_record_watch){
		.watcher = watch.watcher == NULL ? 0 : watch.watcher->id,
		.is_ready = watch.is_ready,
		.starts = watch.starts,
		.holds = watch.holds,
		.id = watch.id,
		.held = { (const unsigned char *)&watch.held,
		    sizeof(watch.held) },
	};
	psd_state_put(writer, PSD_RECORD_watch, &record);
}

void
psd_carry_save_links(struct psd_state_writer *writer,
    const struct psd_instance *instance)
{
	const struct psd_policy *policy = instance->loaded->policy;
	const struct psd_run *run;

	if (instance->lookup != NULL)
		save_look(writer, instance->lookup);
	TAILQ_FOREACH(run, &instance->runs, of_caller)
		save_run(writer, run);
	if (instance->relayed != NULL)
		save_relayed(writer, instance);
	if (policy->type == PSD_TYPE_INETD)
		save_origin(writer, &instance->origin);
	/* The watcher has the same; it is told with the program. */
	if (instance->watch != NULL && !policy->is_watcher)
		save_watch(writer, instance);
}
