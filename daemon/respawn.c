/* SPDX-License-Identifier: ISC */
#include "daemon/respawn.h"

#include "common/log.h"
#include "common/mem.h"
#include "daemon/loaded.h"

#include <stdio.h>

enum { DOUBLINGS_MAX = 20 };
static const uint64_t delay_max_usec = UINT64_C(60000000);

/* Is a start due at some time? */
static bool
is_due(const struct psd_service *service)
{
	return sd_event_source_get_enabled(service->respawn_source, NULL) > 0;
}

bool
psd_respawn_may(const struct psd_service *service)
{
	return !service->is_stopped && !service->is_removed &&
	    !service->daemon->is_stopping && !is_due(service);
}

void
psd_respawn_cancel(struct psd_service *service)
{
	(void)sd_event_source_set_enabled(service->respawn_source,
	    SD_EVENT_OFF);
}

void
psd_respawn_end(struct psd_service *service)
{
	service->respawn_source =
	    sd_event_source_disable_unref(service->respawn_source);
}

void
psd_respawn_reset(struct psd_service *service)
{
	psd_respawn_cancel(service);
	service->failures = 0;
	service->is_held_back = false;
}

static int
on_due(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct psd_service *service = userdata;

	(void)source;
	(void)usec;
	service->daemon->turns.work = PSD_WORK_STARTS;
	psd_respawn_cancel(service);
	psd_service_fill(service);
	psd_clients_serve(service);
	psd_service_watch_listeners(service);
	return 0;
}

int
psd_respawn_prepare(struct psd_service *service)
{
	/* How late it may be is said with the time. */
	const int r = sd_event_add_time(psd_loop(service->daemon),
	    &service->respawn_source, CLOCK_MONOTONIC, UINT64_MAX, 1, on_due,
	    service);

	return r < 0 ? r
		     : sd_event_source_set_enabled(service->respawn_source,
			   SD_EVENT_OFF);
}

void
psd_respawn_at(struct psd_service *service, uint64_t due_usec)
{
	psd_loop_change();
	(void)sd_event_source_set_time(service->respawn_source, due_usec);
	(void)sd_event_source_set_time_accuracy(service->respawn_source,
	    psd_loop_slack_until(due_usec));
	(void)sd_event_source_set_enabled(service->respawn_source,
	    SD_EVENT_ONESHOT);
}

static uint64_t
delay_usec(const struct psd_service *service)
{
	const uint32_t doublings = service->failures - 1 < DOUBLINGS_MAX
	    ? service->failures - 1
	    : DOUBLINGS_MAX;
	const uint64_t first = service->loaded->policy->restart_usec;

	if (first > delay_max_usec >> doublings)
		return delay_max_usec;
	return first << doublings;
}

static void
tell_held_back(const struct psd_service *service)
{
	char failures[12], delay[24];
	const struct psd_log_field fields[] = {
		{ "PRIVSEP_SERVICE", service->name },
		{ "PRIVSEP_FAILURES", failures },
		{ "PRIVSEP_DELAY", delay },
	};

	(void)snprintf(failures, sizeof(failures), "%u", service->failures);
	(void)snprintf(delay, sizeof(delay), "%llu",
	    (unsigned long long)delay_usec(service) / 1000);
	psd_say(PSD_MESSAGE_held_back, fields, PSD_ELEMENTS(fields));
}

static void
hold_back(struct psd_service *service)
{
	const struct psd_policy *policy = service->loaded->policy;

	if (policy->start_limit_burst == 0 ||
	    service->failures < policy->start_limit_burst)
		return;
	if (!service->is_held_back)
		tell_held_back(service);
	service->is_held_back = true;
}

/* Not started again by itself: Restart=no, or on-failure after a good end. */
static bool
is_over(const struct psd_service *service, enum psd_ending ending)
{
	switch (service->loaded->policy->restart) {
	case PSD_RESTART_ALWAYS:
		return false;
	case PSD_RESTART_ON_FAILURE:
		return ending == PSD_ENDING_ORDERLY;
	case PSD_RESTART_NO:
		break;
	}
	return true;
}

void
psd_respawn_after(struct psd_service *service, enum psd_ending ending,
    uint64_t lived_usec)
{
	const struct psd_policy *policy = service->loaded->policy;

	if (service->is_stopped || service->daemon->is_stopping)
		return;
	if (is_over(service, ending)) {
		service->is_stopped = true;
		psd_log(LOG_INFO, "%s: not started again (Restart=)",
		    service->name);
		psd_daemon_check_ready(service->daemon);
		return;
	}
	if (lived_usec >= policy->start_limit_usec)
		psd_respawn_reset(service);
	/*
	 * The first to end after a long or useful life is replaced at once;
	 * one failure is counted all the same, so that a second soon after
	 * waits.
	 */
	service->failures++;
	hold_back(service);
	/* Who waits for all services to serve need not wait for this one. */
	if (service->is_held_back)
		psd_daemon_check_ready(service->daemon);
	if (service->failures == 1) {
		psd_service_fill(service);
		return;
	}
	if (!is_due(service))
		psd_respawn_at(service, psd_now() + delay_usec(service));
}
