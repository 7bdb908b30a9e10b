/* SPDX-License-Identifier: ISC */
#include "common/fd.h"
#include "common/log.h"
#include "daemon/bind.h"
#include "daemon/loaded.h"
#include "daemon/service.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char kind[] = "listen";

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
psd_listeners_free(struct psd_store *store, struct psd_listeners *listeners)
{
	for (size_t i = 0; i < listeners->n; i++) {
		struct psd_listener *listener = &listeners->at[i];

		listener->source =
		    sd_event_source_disable_unref(listener->source);
		psd_store_drop(store, kind,
		    listener->service != NULL ? listener->service->name : "",
		    listener->fd, listener->holder);
	}
	free(listeners->at);
	psd_door_close(store, listeners->door);
	*listeners = (struct psd_listeners){ .n = 0 };
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

/* A unit's socket is for the service that the unit names, and no other. */
static bool
is_anothers(const struct psd_listener *have, const struct psd_policy *policy)
{
	return have->holder == PSD_HELD_BY_UNIT &&
	    strcmp(have->service->name, policy->name) != 0;
}

static int
open_listener(struct psd_store *store, const struct psd_policy *policy,
    const struct psd_listen *want, enum psd_holder *ret_holder)
{
	const struct psd_listen_place place = {
		.kind = kind,
		.service = policy->name,
		.type = SOCK_STREAM,
		.address = &want->address,
		.len = want->len,
		.is_dual = want->is_dual,
	};
	const int fd = psd_store_find(store, &place, ret_holder);

	if (fd >= 0)
		return fd;
	*ret_holder = PSD_HELD_BY_US;
	return psd_bind_listener(want);
}

static void
tell(const struct psd_listen *want, const struct psd_listener *have, int error,
    struct psd_diag *diag)
{
	if (have != NULL)
		psd_diag_error(diag, &want->where,
		    "%s is %s's, by the FileDescriptorName= of its socket unit",
		    want->text, have->service->name);
	else
		psd_diag_error(diag, &want->where, "cannot listen on %s: %s",
		    want->text, strerror(-error));
}

static int
bind_missing(struct psd_daemon *daemon, const struct psd_policy *policy,
    struct psd_listeners *listeners, struct psd_diag *diag)
{
	for (size_t i = 0; i < policy->n_listens; i++) {
		const struct psd_listen *want = &policy->listens[i];
		const struct psd_listener *have;
		enum psd_holder holder;
		int r;

		have = find_listener(daemon, want->text);
		if (have != NULL && !is_anothers(have, policy))
			continue;
		r = have != NULL
		    ? -EADDRINUSE
		    : open_listener(&daemon->store, policy, want, &holder);
		if (r < 0) {
			tell(want, have, r, diag);
			return r;
		}
		listeners->at[i].fd = r;
		listeners->at[i].holder = holder;
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
		psd_listeners_free(&daemon->store, &listeners);
		return r;
	}
	*ret = listeners;
	return 0;
}

static void
adopt_door(struct psd_service *service, struct psd_listeners *old)
{
	struct psd_listeners *listeners = &service->listeners;

	if (service->loaded->policy->n_clients == 0)
		return;
	if (listeners->door == NULL) {
		listeners->door = old->door;
		old->door = NULL;
	}
	psd_door_adopt(listeners->door, service);
}

void
psd_listeners_take(struct psd_daemon *daemon, struct psd_listeners *listeners)
{
	for (size_t i = 0; i < listeners->n; i++) {
		struct psd_listener *listener = &listeners->at[i];
		struct psd_listener *kept;

		if (listener->fd >= 0)
			continue;
		kept = find_listener(daemon, listener->text);
		/* Which is why nothing was bound. */
		assert(kept != NULL);
		kept->source = sd_event_source_disable_unref(kept->source);
		listener->service = kept->service;
		listener->holder = kept->holder;
		listener->fd = psd_fd_take(&kept->fd);
	}
}

void
psd_service_adopt(struct psd_service *service, struct psd_listeners *listeners)
{
	struct psd_listeners old = service->listeners;

	for (size_t i = 0; i < listeners->n; i++) {
		struct psd_listener *listener = &listeners->at[i];

		if (listener->service != NULL && listener->service != service)
			psd_store_forget(kind, listener->service->name,
			    listener->fd, &listener->holder);
		listener->service = service;
		psd_store_put(&service->daemon->store, kind, service->name,
		    listener->fd, &listener->holder);
	}
	service->listeners = *listeners;
	*listeners = (struct psd_listeners){ .n = 0 };
	adopt_door(service, &old);
	psd_listeners_free(&service->daemon->store, &old);
}
