/* SPDX-License-Identifier: ISC */
/* How many instances a service has. */
#include "daemon/inetd_pool.h"
#include "daemon/loaded.h"
#include "daemon/respawn.h"
#include "daemon/service.h"

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
on_more(sd_event_source *source, void *userdata)
{
	struct psd_service *service = userdata;

	(void)source;
	service->daemon->turns.work = PSD_WORK_STARTS;
	service->fill_source =
	    sd_event_source_disable_unref(service->fill_source);
	psd_service_fill(service);
	return 0;
}

/* False without memory for it: then they are started now. */
static bool
fill_later(struct psd_service *service)
{
	return service->fill_source != NULL ||
	    sd_event_add_defer(psd_loop(service->daemon), &service->fill_source,
		on_more, service) >= 0;
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
		if (psd_turn_is_long(service->daemon) && fill_later(service))
			return;
		if ((is_inetd ? psd_inetd_pool_start(service)
			      : psd_instance_start(service)) < 0)
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
