/* SPDX-License-Identifier: ISC */
/* How many instances a service has. */
#include "daemon/inetd_pool.h"
#include "daemon/loaded.h"
#include "daemon/respawn.h"
#include "daemon/service.h"
#include "daemon/spawn_files.h"

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

static int
on_more(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct psd_service *service = userdata;

	(void)source;
	(void)usec;
	service->daemon->turns.work = PSD_WORK_STARTS;
	service->fill_source =
	    sd_event_source_disable_unref(service->fill_source);
	psd_service_fill(service);
	return 0;
}

/* False without memory for it: then they are started now. */
static bool
fill_later(struct psd_service *service, uint64_t usec)
{
	return service->fill_source != NULL ||
	    sd_event_add_time_relative(psd_loop(service->daemon),
		&service->fill_source, CLOCK_MONOTONIC, usec,
		psd_loop_slack(usec), on_more, service) >= 0;
}

/*
 * As many as fit into a turn, then the others come: hundreds that are to be
 * started, or have died together, hold up nobody who has an answer to wait for.
 */
void
psd_service_fill(struct psd_service *service)
{
	const bool is_inetd = service->loaded->policy->type == PSD_TYPE_INETD;

	while (psd_service_is_short(service)) {
		if (psd_turn_is_long(service->daemon) && fill_later(service, 0))
			return;
		if ((is_inetd ? psd_inetd_pool_start(service)
			      : psd_instance_start(service)) < 0)
			return;
		/* Then each costs more until those before it have run. */
		if (psd_spawn_is_full() && fill_later(service, PAUSE_USEC))
			return;
	}
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
