/* SPDX-License-Identifier: ISC */
#include "common/fd.h"
#include "common/log.h"
#include "daemon/inetd.h"
#include "daemon/loaded.h"
#include "daemon/service.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>

enum {
	CLIENTS_PER_TURN = 32,
	BACKOFF_USEC = 100000, /* after EMFILE and its like */
};

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

static void
begin_backoff(struct psd_service *service)
{
	if (service->backoff_source == NULL)
		(void)sd_event_add_time_relative(psd_loop(service->daemon),
		    &service->backoff_source, CLOCK_MONOTONIC, BACKOFF_USEC,
		    psd_loop_slack(BACKOFF_USEC), end_backoff, service);
}

static void
tell_backoff(struct psd_service *service, const char *what, int error)
{
	if (psd_rate_pass(&service->backoffs, psd_now()))
		psd_log(LOG_WARNING, "%s: cannot %s: %s", service->name, what,
		    strerror(error));
}

void
psd_service_back_off(struct psd_service *service, int error)
{
	tell_backoff(service, "accept a client", error);
	begin_backoff(service);
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

int
psd_listener_on_client(sd_event_source *source, int fd, uint32_t events,
    void *userdata)
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
 * To look takes memory of the kernel's.  Without it nobody would ever come to
 * this listener, so it is tried again.
 */
static void
look_later(struct psd_service *service, int r)
{
	if (service->backoff_source != NULL)
		return;
	tell_backoff(service, "look for clients", -r);
	begin_backoff(service);
}

static int
look(struct psd_listener *listener, bool wanted)
{
	if (listener->source != NULL)
		return sd_event_source_set_enabled(listener->source,
		    wanted ? SD_EVENT_ON : SD_EVENT_OFF);
	if (!wanted || listener->fd < 0)
		return 0;
	return sd_event_add_io(psd_loop(listener->service->daemon),
	    &listener->source, listener->fd, EPOLLIN, psd_listener_on_client,
	    listener);
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
	int r = 0;

	for (size_t i = 0; i < service->listeners.n && r >= 0; i++)
		r = look(&service->listeners.at[i], wanted);
	/* Whoever comes by the door is told at once when he cannot stay. */
	if (service->listeners.door != NULL && r >= 0)
		r = psd_door_enable(service->listeners.door,
		    service->backoff_source == NULL);
	if (r < 0)
		look_later(service, r);
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
