/* SPDX-License-Identifier: ISC */
#include "daemon/call.h"
#include "daemon/client.h"
#include "daemon/loaded.h"
#include "daemon/service.h"

#include <errno.h>
#include <string.h>

static bool
provides(const struct psd_service *service, const struct psd_str *name)
{
	const struct psd_words *words = &service->loaded->policy->provides;

	for (size_t i = 0; i < words->n; i++)
		if (strlen(words->at[i].text) == name->len &&
		    memcmp(words->at[i].text, name->at, name->len) == 0)
			return true;
	return false;
}

/* No two services provide one name: a reload sees to that. */
static struct psd_service *
find_provider(struct psd_daemon *daemon, const struct psd_str *name)
{
	struct psd_service *service;

	TAILQ_FOREACH(service, &daemon->services, of_daemon)
		if (!service->is_removed && provides(service, name))
			return service;
	return NULL;
}

/*
 * Safe because the policy names the services that may be called, and each says
 * by Provides= that it may be: the caller gets one end of a new pair and
 * nothing of the provider's, whose helper has the other when it asks for a
 * client.  What waits for a provider is counted and timed as clients are.
 */
int
psd_do_call(struct psd_call *call, const struct psd_call_req *req,
    struct psd_call_rep *rep)
{
	struct psd_daemon *daemon = psd_instance_service(call->peer)->daemon;
	struct psd_service *provider = find_provider(daemon, &req->service);
	int fd;

	if (provider == NULL)
		return -ENOENT;
	fd = psd_client_call(provider, call->peer);
	if (fd < 0)
		return fd;
	rep->connection = fd;
	return 0;
}
