/* SPDX-License-Identifier: ISC */
#include "daemon/service.h"

#include <string.h>

/* Ids grow, and so does the list. */
struct psd_instance *
psd_service_instance_after(struct psd_service *service, uint64_t id)
{
	struct psd_instance *instance = TAILQ_FIRST(&service->instances);

	if (service->walked != NULL && service->walked->id <= id)
		instance = service->walked;
	while (instance != NULL && instance->id <= id)
		instance = TAILQ_NEXT(instance, of_service);
	if (instance != NULL)
		service->walked = instance;
	return instance;
}

struct psd_service *
psd_service_find(struct psd_daemon *daemon, const char *name, size_t len)
{
	struct psd_service *service;

	TAILQ_FOREACH(service, &daemon->services, of_daemon)
		if (!service->is_removed && strlen(service->name) == len &&
		    memcmp(service->name, name, len) == 0)
			return service;
	return NULL;
}
