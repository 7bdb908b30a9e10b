/* SPDX-License-Identifier: ISC */
#include "daemon/own.h"

#include "daemon/relay.h"
#include "daemon/resolver.h"
#include "daemon/service.h"
#include "daemon/watcher.h"

#include <errno.h>

static const struct {
	int (*prepare)(struct psd_daemon *daemon,
	    const struct psd_policy *const *policies, size_t n,
	    struct psd_loaded **ret_loaded, struct psd_diag *diag);
	int (*change)(struct psd_daemon *daemon, struct psd_loaded *loaded);
} owns_of[PSD_OWNS] = {
	{ psd_resolver_prepare, psd_resolver_change },
	{ psd_relay_prepare, psd_relay_change },
	{ psd_watcher_prepare, psd_watcher_change },
};

int
psd_own_change(struct psd_daemon *daemon, struct psd_service **own,
    struct psd_loaded *loaded)
{
	struct psd_service *service = *own;
	struct psd_listeners none = { .n = 0 };

	if (loaded != NULL)
		loaded->generation = daemon->generation;
	if (service == NULL)
		return loaded == NULL
		    ? 0
		    : psd_service_add(daemon, loaded, &none, own);
	if (loaded == NULL) {
		psd_service_remove(service);
	} else if (loaded->fingerprint == service->loaded->fingerprint) {
		psd_loaded_unref(loaded);
		psd_service_resume(service);
	} else {
		psd_service_change(service, loaded, &none);
	}
	return 0;
}

int
psd_owns_prepare(struct psd_daemon *daemon,
    const struct psd_policy *const *policies, size_t n, struct psd_owns *ret,
    struct psd_diag *diag)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < PSD_OWNS; i++) {
		r = owns_of[i].prepare(daemon, policies, n, &ret->at[i], diag);
		ret->is_needed[i] = ret->at[i] != NULL;
	}
	return r;
}

int
psd_owns_come(struct psd_daemon *daemon, struct psd_owns *owns)
{
	int r = 0;

	for (size_t i = 0; i < PSD_OWNS; i++) {
		struct psd_loaded *loaded = owns->at[i];

		owns->at[i] = NULL;
		if (loaded != NULL && owns_of[i].change(daemon, loaded) < 0)
			r = -ENOMEM;
	}
	return r;
}

void
psd_owns_go(struct psd_daemon *daemon, const struct psd_owns *owns)
{
	for (size_t i = 0; i < PSD_OWNS; i++)
		if (!owns->is_needed[i])
			(void)owns_of[i].change(daemon, NULL);
}

void
psd_owns_free(struct psd_owns *owns)
{
	for (size_t i = 0; i < PSD_OWNS; i++)
		psd_loaded_unref(owns->at[i]);
}

bool
psd_own_is(const struct psd_service *service)
{
	return service == service->daemon->resolver ||
	    service == service->daemon->relay ||
	    service == service->daemon->watcher;
}

void
psd_own_forget(const struct psd_service *service)
{
	struct psd_daemon *daemon = service->daemon;

	if (daemon->resolver == service)
		daemon->resolver = NULL;
	if (daemon->relay == service)
		daemon->relay = NULL;
	if (daemon->watcher == service)
		daemon->watcher = NULL;
}
