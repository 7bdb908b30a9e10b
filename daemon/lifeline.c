/* SPDX-License-Identifier: ISC */
#include "daemon/lifeline.h"

#include "daemon/instance.h"
#include "daemon/monitor.h"
#include "daemon/service.h"

#include <sys/epoll.h>

/*
 * An exiting process closes its descriptors a moment before its pidfd tells
 * of it.
 */
enum { EXIT_USEC = 100000 };

/* It is freed, with the loop's other sources, when the loop is. */
static int
on_still_there(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct psd_daemon *daemon = userdata;
	struct psd_service *service;
	struct psd_instance *instance;

	(void)source;
	(void)usec;
	TAILQ_FOREACH(service, &daemon->services, of_daemon)
		TAILQ_FOREACH(instance, &service->instances, of_service)
			psd_instance_break(instance, "closed its lifeline");
	return 0;
}

/* The reading end is gone, in every process that had it. */
static int
on_cut(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	struct psd_daemon *daemon = userdata;

	(void)fd;
	(void)events;
	(void)sd_event_source_set_enabled(source, SD_EVENT_OFF);
	if (sd_event_add_time_relative(psd_loop(daemon), NULL, CLOCK_MONOTONIC,
		EXIT_USEC, psd_loop_slack(EXIT_USEC), on_still_there,
		daemon) < 0)
		return on_still_there(source, 0, daemon);
	return 0;
}

int
psd_lifeline_watch(struct psd_daemon *daemon)
{
	/* EPOLLERR alone, which is always told. */
	const int r = sd_event_add_io(psd_loop(daemon), NULL,
	    PSD_MONITOR_LIFELINE, 0, on_cut, daemon);

	return r < 0 ? r : 0;
}
