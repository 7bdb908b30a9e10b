/* SPDX-License-Identifier: ISC */
#include "daemon/notify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>

/* No more often than that, so that no helper can keep the manager busy. */
enum {
	STATUS_USEC = 1000000,
	STATUS_LATE_USEC = 250000, /* it is for eyes */
	STATUS_MAX = 1024,
};

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

void
psd_notify_name(const struct psd_daemon *daemon, enum psd_service_state state,
    char *ret, size_t size)
{
	const struct psd_service *service;
	size_t len = 0;

	ret[0] = '\0';
	TAILQ_FOREACH(service, &daemon->services, of_daemon) {
		if (service->is_removed || psd_service_state(service) != state)
			continue;
		len += (size_t)snprintf(ret + len, size - len, "%s%s%s",
		    len == 0 ? psd_service_state_name(state) : "",
		    len == 0 ? ": " : ", ", service->name);
		if (len >= size)
			return;
	}
}

static void
add_named(char *text, const struct psd_daemon *daemon,
    enum psd_service_state state)
{
	char names[STATUS_MAX];

	psd_notify_name(daemon, state, names, sizeof(names));
	if (names[0] != '\0')
		add(text, "; ", names);
}

/* Those that are held back do not serve, and must not look as if they did. */
static void
add_services(char *text, const struct psd_daemon *daemon)
{
	const struct psd_service *service;
	unsigned services = 0, held_back = 0;
	char serving[32];

	TAILQ_FOREACH(service, &daemon->services, of_daemon) {
		if (service->is_removed)
			continue;
		services++;
		held_back +=
		    psd_service_state(service) == PSD_SERVICE_HELD_BACK;
	}
	(void)snprintf(serving, sizeof(serving), "%u of ",
	    services - held_back);
	add_count(text, held_back > 0 ? serving : "", services, "service");
}

/*
 * "1 of 2 services, 5 helpers; held back: www; reload refused: x.policy:3: ..."
 */
static void
print_status(const struct psd_daemon *daemon, char ret[STATUS_MAX])
{
	ret[0] = '\0';
	add_services(ret, daemon);
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
	(void)sd_event_add_time_relative(psd_loop(daemon),
	    &daemon->status_source, CLOCK_MONOTONIC, STATUS_USEC,
	    STATUS_LATE_USEC, on_status_due, daemon);
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
