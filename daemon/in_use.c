/* SPDX-License-Identifier: ISC */
#include "daemon/in_use.h"

#include "common/mem.h"
#include "daemon/caps.h"
#include "daemon/loaded.h"
#include "daemon/service.h"

#include <errno.h>
#include <stdlib.h>

const struct psd_policy **
psd_in_use_policies(const struct psd_daemon *daemon, size_t *ret_n)
{
	const struct psd_service *service;
	const struct psd_instance *instance;
	const struct psd_policy **policies;
	size_t n = 0, at = 0;

	TAILQ_FOREACH(service, &daemon->services, of_daemon) {
		n++;
		TAILQ_FOREACH(instance, &service->instances, of_service)
			n++;
	}
	policies = calloc(n + 1, sizeof(*policies));
	if (policies == NULL)
		return NULL;
	TAILQ_FOREACH(service, &daemon->services, of_daemon) {
		policies[at++] = service->loaded->policy;
		TAILQ_FOREACH(instance, &service->instances, of_service)
			policies[at++] = instance->loaded->policy;
	}
	*ret_n = at;
	return policies;
}

int
psd_in_use_lower_caps(const struct psd_daemon *daemon)
{
	size_t n = 0;
	_cleanup_free_ const struct psd_policy **policies =
	    psd_in_use_policies(daemon, &n);
	struct psd_diag diag;
	int r;

	if (policies == NULL)
		return -ENOMEM;
	psd_diag_init(&diag);
	r = psd_caps_lower(policies, n, &daemon->config.keep_caps, &diag);
	psd_daemon_log_diag(&diag);
	psd_diag_free(&diag);
	return r;
}
