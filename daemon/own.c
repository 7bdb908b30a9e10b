/* SPDX-License-Identifier: ISC */
#include "daemon/own.h"

#include "daemon/service.h"

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

bool
psd_own_is(const struct psd_service *service)
{
	return service == service->daemon->resolver ||
	    service == service->daemon->relay;
}

void
psd_own_forget(const struct psd_service *service)
{
	struct psd_daemon *daemon = service->daemon;

	if (daemon->resolver == service)
		daemon->resolver = NULL;
	if (daemon->relay == service)
		daemon->relay = NULL;
}
