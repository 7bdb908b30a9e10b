/* SPDX-License-Identifier: ISC */
#include "daemon/notify.h"

#include "daemon/service.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>

/* No more often than that, so that no helper can keep the manager busy. */
enum { STATUS_USEC = 1000000, STATUS_MAX = 1024 };

/* A line that is too long is cut. */
static void
add(char *text, const char *between, const char *word)
{
	const size_t len = strlen(text);

	(void)snprintf(text + len, STATUS_MAX - len, "%s%s", between, word);
}

static void
add_count(char *text, const char *between, unsigned n, const char *noun)
{
	char count[64];

	(void)snprintf(count, sizeof(count), "%u %s%s", n, noun,
	    n == 1 ? "" : "s");
	add(text, between, count);
}

static void
add_named(char *text, const struct psd_daemon *daemon,
    enum psd_service_state state)
{
	const struct psd_service *service;
	const char *between = "";

	TAILQ_FOREACH(service, &daemon->services, of_daemon) {
		if (service->is_removed || psd_service_state(service) != state)
			continue;
		if (*between == '\0') {
			add(text, "; ", psd_service_state_name(state));
			between = ": ";
		}
		add(text, between, service->name);
		between = ", ";
	}
}

/* "2 services, 5 helpers; held back: www; reload refused: x.policy:3: ..." */
static void
print_status(const struct psd_daemon *daemon, char ret[STATUS_MAX])
{
	const struct psd_service *service;
	unsigned services = 0;

	TAILQ_FOREACH(service, &daemon->services, of_daemon)
		services += !service->is_removed;
	ret[0] = '\0';
	add_count(ret, "", services, "service");
	add_count(ret, ", ", daemon->n_instances, "helper");
	add_named(ret, daemon, PSD_SERVICE_HELD_BACK);
	add_named(ret, daemon, PSD_SERVICE_STOPPED);
	if (daemon->refused_reload[0] != '\0')
		add(ret, "; reload refused: ", daemon->refused_reload);
}

void
psd_notify_ready(const struct psd_daemon *daemon)
{
	char status[STATUS_MAX];

	print_status(daemon, status);
	(void)sd_notifyf(0, "READY=1\nSTATUS=%s", status);
}

static int
on_status_due(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct psd_daemon *daemon = userdata;
	char status[STATUS_MAX];

	(void)source;
	(void)usec;
	daemon->status_source =
	    sd_event_source_disable_unref(daemon->status_source);
	if (daemon->is_stopping)
		return 0;
	print_status(daemon, status);
	(void)sd_notifyf(0, "STATUS=%s", status);
	return 0;
}

void
psd_notify_change(struct psd_daemon *daemon)
{
	if (daemon->status_source != NULL)
		return;
	(void)sd_event_add_time_relative(daemon->event, &daemon->status_source,
	    CLOCK_MONOTONIC, STATUS_USEC, 0, on_status_due, daemon);
}

void
psd_notify_reloading(void)
{
	/* Both in one datagram, for service managers that compare them. */
	(void)sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%llu",
	    (unsigned long long)psd_now());
}

void
psd_notify_stopping(void)
{
	(void)sd_notify(0, "STOPPING=1\nSTATUS=stopping");
}
