/* SPDX-License-Identifier: ISC */
#include "daemon/service.h"

#include "common/log.h"
#include "daemon/loaded.h"
#include "daemon/oneshot.h"
#include "daemon/own.h"
#include "daemon/program.h"
#include "daemon/respawn.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *
psd_service_state_name(enum psd_service_state state)
{
	switch (state) {
	case PSD_SERVICE_STARTING:
		return "starting";
	case PSD_SERVICE_RUNNING:
		return "running";
	case PSD_SERVICE_HELD_BACK:
		return "held back";
	case PSD_SERVICE_STOPPED:
		return "stopped";
	}
	return "unknown";
}

enum psd_service_state
psd_service_state(const struct psd_service *service)
{
	if (service->is_stopped)
		return PSD_SERVICE_STOPPED;
	if (service->n_ready >= service->loaded->policy->instances_min)
		return PSD_SERVICE_RUNNING;
	return service->is_held_back ? PSD_SERVICE_HELD_BACK
				     : PSD_SERVICE_STARTING;
}

static void
insert_sorted(struct psd_daemon *daemon, struct psd_service *service)
{
	struct psd_service *other;

	TAILQ_FOREACH(other, &daemon->services, of_daemon) {
		if (strcmp(other->name, service->name) > 0) {
			TAILQ_INSERT_BEFORE(other, service, of_daemon);
			return;
		}
	}
	TAILQ_INSERT_TAIL(&daemon->services, service, of_daemon);
}

static void
free_service(struct psd_service *service)
{
	psd_respawn_end(service);
	service->backoff_source =
	    sd_event_source_disable_unref(service->backoff_source);
	service->refill_source =
	    sd_event_source_disable_unref(service->refill_source);
	service->more_source =
	    sd_event_source_disable_unref(service->more_source);
	psd_listeners_free(&service->daemon->store, &service->listeners);
	psd_loaded_unref(service->loaded);
	free(service->name);
	free(service);
}

/* StartLimitBurst= of programs, which start when a helper asks. */
static void
begin_starts(struct psd_service *service)
{
	const struct psd_policy *policy = service->loaded->policy;

	psd_rate_init(&service->starts, policy->start_limit_burst,
	    policy->start_limit_burst == 0 ? 0 : policy->start_limit_usec);
}

struct psd_service *
psd_service_make(struct psd_daemon *daemon, struct psd_loaded *loaded)
{
	struct psd_service *service = calloc(1, sizeof(*service));
	char *name = strdup(loaded->policy->name);

	if (service != NULL)
		service->daemon = daemon;
	if (service == NULL || name == NULL ||
	    psd_respawn_prepare(service) < 0) {
		free(service);
		free(name);
		psd_loaded_unref(loaded);
		return NULL;
	}
	service->loaded = loaded;
	psd_rate_init(&service->backoffs, 1, PSD_RATE_LASTING_USEC);
	service->name = name;
	TAILQ_INIT(&service->instances);
	TAILQ_INIT(&service->accepts);
	psd_clients_init(&service->clients);
	begin_starts(service);
	insert_sorted(daemon, service);
	return service;
}

int
psd_service_add(struct psd_daemon *daemon, struct psd_loaded *loaded,
    struct psd_listeners *listeners, struct psd_service **ret_service)
{
	struct psd_service *service = psd_service_make(daemon, loaded);

	if (service == NULL) {
		psd_listeners_free(&daemon->store, listeners);
		return -ENOMEM;
	}
	psd_service_adopt(service, listeners);
	*ret_service = service;
	psd_service_fill(service);
	psd_service_watch_listeners(service);
	return 0;
}

void
psd_service_change(struct psd_service *service, struct psd_loaded *loaded,
    struct psd_listeners *listeners)
{
	struct psd_loaded *old = service->loaded;
	struct psd_instance *instance;

	if (service->is_stopped)
		psd_service_end_all(service);
	service->loaded = loaded;
	psd_service_adopt(service, listeners);
	psd_loaded_unref(old);
	service->is_stopped = false;
	psd_respawn_reset(service);
	begin_starts(service);
	/* From now on only instances of the new policy count. */
	service->n_instances = 0;
	service->n_ready = 0;
	service->n_taken = 0;
	TAILQ_FOREACH(instance, &service->instances, of_service)
		instance->is_counted = false;
	psd_service_fill(service);
	psd_service_thin(service);
	psd_clients_judge(service);
	psd_service_watch_listeners(service);
}

void
psd_service_stop(struct psd_service *service)
{
	service->is_stopped = true;
	psd_clients_refuse(service, -ESHUTDOWN, "the service was stopped");
	psd_respawn_cancel(service);
	psd_service_thin(service);
	psd_service_watch_listeners(service);
	psd_daemon_check_ready(service->daemon);
}

void
psd_service_resume(struct psd_service *service)
{
	if (!service->is_stopped || service->is_removed)
		return;
	psd_service_end_all(service);
	service->is_stopped = false;
	psd_respawn_reset(service);
	psd_service_fill(service);
	psd_service_watch_listeners(service);
}

void
psd_service_reap(struct psd_service *service)
{
	if (!service->is_removed || !TAILQ_EMPTY(&service->instances))
		return;
	TAILQ_REMOVE(&service->daemon->services, service, of_daemon);
	free_service(service);
}

void
psd_service_remove(struct psd_service *service)
{
	service->is_stopped = true;
	service->is_removed = true;
	psd_own_forget(service);
	psd_listeners_free(&service->daemon->store, &service->listeners);
	psd_clients_refuse(service, -ESHUTDOWN, "the service has ended");
	psd_respawn_cancel(service);
	psd_service_thin(service);
	psd_service_reap(service);
}

void
psd_service_note(char *ret, size_t size, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(ret, size, format, arguments);
	va_end(arguments);
}

void
psd_service_instance_ready(struct psd_instance *instance)
{
	struct psd_service *service = instance->service;

	if (!instance->is_counted)
		return;
	service->n_ready++;
	psd_service_thin(service);
	psd_clients_serve(service);
	psd_service_watch_listeners(service);
	psd_daemon_check_ready(service->daemon);
}

void
psd_service_instance_taken(struct psd_instance *instance)
{
	if (!instance->is_counted)
		return;
	instance->service->n_taken++;
	psd_service_refill(instance->service);
}

/*
 * One that was taken is replaced whatever became of it: it was not to last,
 * and a client that makes its helper fail must not hold the others' back.
 */
static void
replace(struct psd_service *service, const struct psd_instance *instance,
    enum psd_ending ending, uint64_t lived_usec)
{
	service->n_instances--;
	if (instance->first.has_greeted)
		service->n_ready--;
	if (instance->is_taken) {
		service->n_taken--;
		psd_service_refill(service);
		return;
	}
	/*
	 * A program is started by who wants it, unless some are to wait, a
	 * watcher with a program, and --run starts one helper.
	 */
	if ((psd_instance_is_program(instance) || psd_oneshot_is(instance) ||
		instance->loaded->policy->is_watcher) &&
	    service->loaded->policy->instances_min == 0)
		return;
	/* One that served and ended as agreed did not fail. */
	if ((ending == PSD_ENDING_ORDERLY && instance->allowed > 1) ||
	    instance->has_served)
		lived_usec = UINT64_MAX;
	psd_respawn_after(service, ending, lived_usec);
}

void
psd_service_instance_gone(struct psd_instance *instance, enum psd_ending ending,
    uint64_t lived_usec)
{
	struct psd_service *service = instance->service;

	if (service->walked == instance)
		service->walked =
		    TAILQ_PREV(instance, psd_instances, of_service);
	TAILQ_REMOVE(&service->instances, instance, of_service);
	service->endings[ending]++;
	if (instance->is_counted)
		replace(service, instance, ending, lived_usec);
	psd_clients_serve(service);
	psd_service_watch_listeners(service);
	psd_daemon_check_ready(service->daemon);
}
