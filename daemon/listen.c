/* SPDX-License-Identifier: ISC */
#include "common/fd.h"
#include "common/log.h"
#include "daemon/bind.h"
#include "daemon/inetd.h"
#include "daemon/loaded.h"
#include "daemon/service.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

enum {
	CLIENTS_PER_TURN = 32,
	BACKOFF_USEC = 100000, /* after EMFILE and its like */
};

/* One that some service has for the same address goes on as it is. */
static struct psd_listener *
find_listener(struct psd_daemon *daemon, const char *text)
{
	struct psd_service *service;

	TAILQ_FOREACH(service, &daemon->services, of_daemon) {
		const struct psd_listeners *have = &service->listeners;

		for (size_t i = 0; i < have->n; i++)
			if (have->at[i].fd >= 0 &&
			    strcmp(have->at[i].text, text) == 0)
				return &have->at[i];
	}
	return NULL;
}

void
psd_listeners_free(struct psd_listeners *listeners)
{
	for (size_t i = 0; i < listeners->n; i++) {
		listeners->at[i].source =
		    sd_event_source_disable_unref(listeners->at[i].source);
		psd_fd_cleanup(&listeners->at[i].fd);
	}
	free(listeners->at);
	psd_door_close(listeners->door);
	*listeners = (struct psd_listeners){ .n = 0 };
}

/* Answers the oldest waiting call with a connection, which it takes over. */
static void
hand_over(struct psd_listener *listener, int fd)
{
	struct psd_call *call = TAILQ_FIRST(&listener->service->accepts);
	struct psd_instance *peer = call->peer;
	struct psd_accept_rep rep = {
		.connection = fd,
		.listener = listener->index,
	};

	psd_call_finish(call, 0, &rep);
	psd_fd_cleanup(&rep.connection);
	psd_instance_accepted(peer);
}

static int
end_backoff(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct psd_service *service = userdata;

	(void)source;
	(void)usec;
	service->backoff_source =
	    sd_event_source_disable_unref(service->backoff_source);
	psd_service_watch_listeners(service);
	return 0;
}

void
psd_service_back_off(struct psd_service *service, int error)
{
	psd_log(LOG_WARNING, "%s: cannot accept a client: %s", service->name,
	    strerror(error));
	if (service->backoff_source == NULL)
		(void)sd_event_add_time_relative(service->daemon->event,
		    &service->backoff_source, CLOCK_MONOTONIC, BACKOFF_USEC, 0,
		    end_backoff, service);
	psd_service_watch_listeners(service);
}

/* Errors of one client's connection, of which accept(2) tells us first. */
static bool
is_of_the_client(int error)
{
	return error != EMFILE && error != ENFILE && error != ENOBUFS &&
	    error != ENOMEM;
}

static void
accept_clients(struct psd_listener *listener)
{
	struct psd_service *service = listener->service;

	for (int i = 0; i < CLIENTS_PER_TURN; i++) {
		int fd;

		if (TAILQ_EMPTY(&service->accepts))
			return;
		fd = accept4(listener->fd, NULL, NULL, SOCK_CLOEXEC);
		if (fd >= 0) {
			hand_over(listener, fd);
			continue;
		}
		if (errno == EAGAIN)
			return;
		if (errno == EINTR || is_of_the_client(errno))
			continue;
		psd_service_back_off(service, errno);
		return;
	}
}

static int
on_client(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	struct psd_listener *listener = userdata;
	struct psd_service *service = listener->service;

	(void)source;
	(void)fd;
	(void)events;
	if (service->loaded->policy->type == PSD_TYPE_INETD)
		psd_inetd_accept(listener);
	else if (TAILQ_EMPTY(&service->accepts))
		psd_service_grow(service);
	else
		accept_clients(listener);
	psd_service_watch_listeners(service);
	return 0;
}

/*
 * Clients are looked for while a helper waits for one, or while one more
 * helper may be started for them.
 */
void
psd_service_watch_listeners(struct psd_service *service)
{
	const bool wanted = service->backoff_source == NULL &&
	    (service->loaded->policy->type == PSD_TYPE_INETD
		    ? psd_inetd_may_accept(service)
		    : !TAILQ_EMPTY(&service->accepts) ||
			psd_service_may_grow(service));

	for (size_t i = 0; i < service->listeners.n; i++)
		if (service->listeners.at[i].source != NULL)
			(void)sd_event_source_set_enabled(
			    service->listeners.at[i].source,
			    wanted ? SD_EVENT_ON : SD_EVENT_OFF);
	/* Whoever comes by the door is told at once when he cannot stay. */
	if (service->listeners.door != NULL)
		psd_door_enable(service->listeners.door,
		    service->backoff_source == NULL);
}

static int
watch(struct psd_listener *listener)
{
	int r;

	listener->source = sd_event_source_disable_unref(listener->source);
	r = sd_event_add_io(listener->service->daemon->event, &listener->source,
	    listener->fd, EPOLLIN, on_client, listener);
	/*
	 * With Type=inetd each client takes a helper more, so those that have
	 * ended go first (daemon/ending.c).
	 */
	if (r >= 0 && listener->service->loaded->policy->type == PSD_TYPE_INETD)
		r = sd_event_source_set_priority(listener->source,
		    SD_EVENT_PRIORITY_NORMAL + 20);
	if (r < 0)
		return r;
	return sd_event_source_set_enabled(listener->source, SD_EVENT_OFF);
}

/* A door belongs to the service's name, so only a new one is opened. */
static int
open_door(struct psd_daemon *daemon, const struct psd_policy *policy,
    struct psd_listeners *listeners, struct psd_diag *diag)
{
	const struct psd_service *service =
	    psd_service_find(daemon, policy->name, strlen(policy->name));

	if (policy->n_clients == 0 ||
	    (service != NULL && service->listeners.door != NULL))
		return 0;
	return psd_door_open(daemon, policy, &listeners->door, diag);
}

static int
bind_missing(struct psd_daemon *daemon, const struct psd_policy *policy,
    struct psd_listeners *listeners, struct psd_diag *diag)
{
	for (size_t i = 0; i < policy->n_listens; i++) {
		const struct psd_listen *want = &policy->listens[i];
		int r;

		if (find_listener(daemon, want->text) != NULL)
			continue;
		r = psd_bind_listener(want);
		if (r < 0) {
			psd_diag_error(diag, &want->where,
			    "cannot listen on %s: %s", want->text,
			    strerror(-r));
			return r;
		}
		listeners->at[i].fd = r;
	}
	return 0;
}

int
psd_listeners_bind(struct psd_daemon *daemon, const struct psd_policy *policy,
    struct psd_listeners *ret, struct psd_diag *diag)
{
	struct psd_listeners listeners = {
		.at = calloc(policy->n_listens + 1, sizeof(*listeners.at)),
		.n = policy->n_listens,
	};
	int r;

	if (listeners.at == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < policy->n_listens; i++)
		listeners.at[i] = (struct psd_listener){
			.index = (uint32_t)i,
			.fd = PSD_NO_FD,
			.text = policy->listens[i].text,
		};
	r = bind_missing(daemon, policy, &listeners, diag);
	if (r == 0)
		r = open_door(daemon, policy, &listeners, diag);
	if (r < 0) {
		psd_listeners_free(&listeners);
		return r;
	}
	*ret = listeners;
	return 0;
}

static void
adopt_door(struct psd_service *service, struct psd_listeners *old)
{
	struct psd_listeners *listeners = &service->listeners;
	int r;

	if (service->loaded->policy->n_clients == 0)
		return;
	if (listeners->door == NULL) {
		listeners->door = old->door;
		old->door = NULL;
	}
	r = psd_door_watch(listeners->door, service);
	if (r < 0)
		psd_log(LOG_ERR, "%s: cannot open the door to clients: %s",
		    service->name, strerror(-r));
}

void
psd_service_adopt(struct psd_service *service, struct psd_listeners *listeners)
{
	struct psd_listeners old = service->listeners;

	for (size_t i = 0; i < listeners->n; i++) {
		struct psd_listener *listener = &listeners->at[i];
		struct psd_listener *kept =
		    find_listener(service->daemon, listener->text);

		listener->service = service;
		if (listener->fd < 0 && kept != NULL) {
			kept->source =
			    sd_event_source_disable_unref(kept->source);
			listener->fd = psd_fd_take(&kept->fd);
		}
		if (listener->fd < 0 || watch(listener) < 0)
			psd_log(LOG_ERR, "%s: cannot watch listener %s",
			    service->name, listener->text);
	}
	service->listeners = *listeners;
	*listeners = (struct psd_listeners){ .n = 0 };
	adopt_door(service, &old);
	psd_listeners_free(&old);
}

void
psd_service_queue_accept(struct psd_service *service, struct psd_call *call)
{
	TAILQ_INSERT_TAIL(&service->accepts, call, of_queue);
	psd_clients_serve(service);
	psd_service_watch_listeners(service);
}

void
psd_service_forget_accept(struct psd_call *call)
{
	struct psd_service *service = psd_instance_service(call->peer);

	TAILQ_REMOVE(&service->accepts, call, of_queue);
	if (TAILQ_EMPTY(&service->accepts))
		psd_service_watch_listeners(service);
}
