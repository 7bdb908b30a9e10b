/* SPDX-License-Identifier: ISC */
#include "daemon/inetd_pool.h"

#include "common/fd.h"
#include "daemon/loaded.h"
#include "daemon/program.h"
#include "daemon/respawn.h"

#include <errno.h>
#include <poll.h>

/* An answer from the pool takes less, and a start as much as an answer. */
enum { REFILL_USEC = 5000, REFILL_ACCURACY_USEC = 500 };

int
psd_inetd_pool_start(struct psd_service *service)
{
	_cleanup_fd_ int ours = PSD_NO_FD;
	struct psd_instance *instance = NULL;
	const int r =
	    psd_program_start_on_pair(service, NULL, &instance, &ours);

	if (r < 0) {
		if (r != -ENOMEM)
			psd_respawn_after(service, PSD_ENDING_ABRUPT, 0);
		return r;
	}
	instance->waiting_end = psd_fd_take(&ours);
	psd_service_watch_listeners(service);
	return 0;
}

static bool
is_waiting(const struct psd_instance *instance)
{
	return instance->waiting_end >= 0 &&
	    instance->state == PSD_INSTANCE_READY;
}

bool
psd_inetd_pool_has_one(const struct psd_service *service)
{
	const struct psd_instance *instance;

	TAILQ_FOREACH(instance, &service->instances, of_service)
		if (is_waiting(instance))
			return true;
	return false;
}

/* Its end may not have been told to us yet; what it said is no end. */
static bool
is_there(const struct psd_instance *instance)
{
	struct pollfd look[] = {
		{ .fd = instance->waiting_end },
		{ .fd = instance->child.pidfd, .events = POLLIN },
	};

	return poll(look, 2, 0) == 0;
}

struct psd_instance *
psd_inetd_pool_take(struct psd_service *service, int *ret_end)
{
	struct psd_instance *instance;

	TAILQ_FOREACH(instance, &service->instances, of_service) {
		if (!is_waiting(instance) || !is_there(instance))
			continue;
		*ret_end = psd_fd_take(&instance->waiting_end);
		return instance;
	}
	return NULL;
}

static void refill_after(struct psd_service *service, uint64_t usec);

/* One a turn, so that clients never wait for more than one start. */
static int
on_refill(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct psd_service *service = userdata;

	(void)source;
	(void)usec;
	service->daemon->turns.work = PSD_WORK_STARTS;
	service->refill_source =
	    sd_event_source_disable_unref(service->refill_source);
	if (psd_service_is_short(service) && psd_inetd_pool_start(service) == 0)
		refill_after(service, 0);
	return 0;
}

static void
refill_after(struct psd_service *service, uint64_t usec)
{
	int r;

	if (!psd_service_is_short(service) || service->refill_source != NULL)
		return;
	r = sd_event_add_time_relative(psd_loop(service->daemon),
	    &service->refill_source, CLOCK_MONOTONIC, usec,
	    REFILL_ACCURACY_USEC, on_refill, service);
	if (r >= 0)
		r = sd_event_source_set_priority(service->refill_source,
		    SD_EVENT_PRIORITY_IDLE);
	/* Without memory for a timer it is the next client's turn to say so. */
	if (r < 0)
		service->refill_source =
		    sd_event_source_disable_unref(service->refill_source);
}

void
psd_inetd_pool_refill(struct psd_service *service)
{
	refill_after(service, REFILL_USEC);
}
