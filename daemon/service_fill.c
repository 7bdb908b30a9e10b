/* SPDX-License-Identifier: ISC */
/* How many instances a service has. */
#include "daemon/inetd_pool.h"
#include "daemon/loaded.h"
#include "daemon/program.h"
#include "daemon/respawn.h"
#include "daemon/service.h"
#include "daemon/spawn_files.h"
#include "daemon/spawn_later.h"

#include <time.h>

/* About what a child waits for on a busy machine. */
enum { PAUSE_USEC = 1000 };

bool
psd_service_is_short(const struct psd_service *service)
{
	const struct psd_policy *policy = service->loaded->policy;

	return service->n_instances - service->n_taken <
	    policy->instances_min &&
	    service->n_instances < policy->instances_max &&
	    psd_respawn_may(service);
}

static int on_more(sd_event_source *source, uint64_t usec, void *userdata);

/* False without memory for it: then it is done now. */
static bool
more_later(struct psd_service *service, uint64_t usec)
{
	return service->more_source != NULL ||
	    sd_event_add_time_relative(psd_loop(service->daemon),
		&service->more_source, CLOCK_MONOTONIC, usec,
		psd_loop_slack(usec), on_more, service) >= 0;
}

/* One that was retired before has no deadline yet. */
static bool
is_to_end(const struct psd_instance *instance)
{
	return !instance->is_broken &&
	    (instance->state != PSD_INSTANCE_ENDING ||
		(instance->deadline_source == NULL &&
		    instance->loaded->policy->timeout_stop_usec > 0));
}

/* How much of it is done in this turn. */
enum share {
	SHARE_REST, /* of what the turn's own work leaves */
	SHARE_ONE,  /* one at least: the turn is for this */
	SHARE_ALL,
};

/* Has another to wait for a later turn?  It is asked before each. */
static bool
has_to_wait(struct psd_service *service, enum share *share)
{
	const bool may_wait = *share == SHARE_REST;

	if (*share == SHARE_ONE)
		*share = SHARE_REST;
	return may_wait && psd_turn_is_long(service->daemon) &&
	    more_later(service, 0);
}

static void
end_some(struct psd_service *service, enum share share)
{
	struct psd_instance *instance, *next;

	for (instance = TAILQ_FIRST(&service->instances); instance != NULL;
	     instance = next) {
		next = TAILQ_NEXT(instance, of_service);
		if (!is_to_end(instance))
			continue;
		if (has_to_wait(service, &share))
			return;
		psd_instance_end(instance, true);
	}
}

/* A program that has its client finishes what it does by itself. */
static bool
is_to_retire(const struct psd_instance *instance)
{
	return !instance->is_retired && !instance->is_broken &&
	    (!psd_instance_is_program(instance) || instance->waiting_end >= 0);
}

/* Those of older policies finish what they do, and take nothing new. */
static void
retire_some(struct psd_service *service, enum share share)
{
	struct psd_instance *instance, *next;

	/* They are older than all others, too, and so come first. */
	for (instance = TAILQ_FIRST(&service->instances);
	     instance != NULL && instance->loaded != service->loaded;
	     instance = next) {
		next = TAILQ_NEXT(instance, of_service);
		if (!is_to_retire(instance))
			continue;
		if (has_to_wait(service, &share))
			return;
		psd_instance_retire(instance);
	}
}

static void
thin(struct psd_service *service, enum share share)
{
	if (service->is_stopped)
		end_some(service, share);
	/* Clients always have somebody to go to: only now the old ones go. */
	else if (service->n_ready >= service->loaded->policy->instances_min)
		retire_some(service, share);
}

void
psd_service_thin(struct psd_service *service)
{
	thin(service, SHARE_REST);
}

void
psd_service_end_all(struct psd_service *service)
{
	end_some(service, SHARE_ALL);
}

/*
 * As many as fit into a turn, then the others come: hundreds that are to be
 * started, or have died together, hold up nobody who has an answer to wait for.
 */
static void
fill(struct psd_service *service, enum share share)
{
	const bool is_inetd = service->loaded->policy->type == PSD_TYPE_INETD;

	while (psd_service_is_short(service)) {
		if (has_to_wait(service, &share))
			return;
		/* Then each costs more until those before it have run. */
		if ((psd_spawn_is_full() || psd_spawn_lacks_stack()) &&
		    more_later(service, PAUSE_USEC))
			return;
		if ((is_inetd ? psd_inetd_pool_start(service)
			      : psd_instance_start(service)) < 0)
			return;
	}
}

void
psd_service_fill(struct psd_service *service)
{
	fill(service, SHARE_REST);
}

static int
on_more(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct psd_service *service = userdata;

	(void)source;
	(void)usec;
	service->daemon->turns.work =
	    service->is_stopped ? PSD_WORK_ENDS : PSD_WORK_STARTS;
	service->more_source =
	    sd_event_source_disable_unref(service->more_source);
	thin(service, SHARE_ONE);
	fill(service, SHARE_ONE);
	return 0;
}

bool
psd_service_may_grow(const struct psd_service *service)
{
	/* One at a time: the next when this one could not cope, either. */
	return service->n_instances == service->n_ready &&
	    service->n_instances < service->loaded->policy->instances_max &&
	    psd_respawn_may(service);
}

void
psd_service_grow(struct psd_service *service)
{
	if (psd_service_may_grow(service))
		(void)psd_instance_start(service);
}

void
psd_service_refill(struct psd_service *service)
{
	if (service->loaded->policy->type == PSD_TYPE_INETD)
		psd_inetd_pool_refill(service);
	else
		psd_service_fill(service);
}
