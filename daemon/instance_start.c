/* SPDX-License-Identifier: ISC */
#include "common/fd.h"
#include "common/log.h"
#include "common/mem.h"
#include "daemon/birth.h"
#include "daemon/denial.h"
#include "daemon/dispose.h"
#include "daemon/ending.h"
#include "daemon/loaded.h"
#include "daemon/program.h"
#include "daemon/reached.h"
#include "daemon/respawn.h"
#include "daemon/service.h"
#include "daemon/spawn_wait.h"
#include "daemon/talk.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

void
psd_instance_tell_failure(struct psd_service *service, const char *step,
    int error)
{
	const struct psd_log_field fields[] = {
		{ "PRIVSEP_SERVICE", service->name },
		{ "PRIVSEP_REASON", service->last_failure },
	};

	service->failed_starts++;
	(void)snprintf(service->last_failure, sizeof(service->last_failure),
	    "%s: %s", step, strerror(error));
	/* Clients have these started, as often as they like. */
	if (service->loaded->policy->type != PSD_TYPE_INETD ||
	    psd_rate_pass(&service->starts, psd_now()))
		psd_say(PSD_MESSAGE_start_failed, fields, PSD_ELEMENTS(fields));
}

/* The instance is known, and what is wrong from here on ends it by its pidfd. */
static int
watch(struct psd_instance *instance)
{
	const struct psd_policy *policy = instance->loaded->policy;
	int r = 0;

	/* Of one that serves a client that begins with him. */
	if (policy->type != PSD_TYPE_INETD)
		r = psd_ending_limit_runtime(instance);
	if (r >= 0 && !psd_instance_is_program(instance))
		r = psd_talk_start(&instance->first);
	if (r >= 0)
		r = psd_denial_watch(instance);
	if (r < 0)
		return r;
	psd_reached_watch(instance);
	psd_instance_set_deadline(instance, policy->timeout_start_usec);
	return 0;
}

int
psd_instance_begin(struct psd_instance *instance)
{
	struct psd_service *service = instance->service;
	int r;

	instance->started_usec = psd_now();
	TAILQ_INSERT_TAIL(&service->instances, instance, of_service);
	service->started++;
	service->daemon->n_instances++;
	r = watch(instance);
	if (r < 0)
		psd_instance_break(instance, "no memory to watch it");
	return r < 0 ? r : 0;
}

/* Is there room for one more?  0, or -errno and which room. */
static int
find_room(const struct psd_service *service, const char **ret_step)
{
	const struct psd_daemon *daemon = service->daemon;

	*ret_step = "find room for it (InstancesMax=)";
	if (daemon->n_instances >= daemon->config.instances_max)
		return -EUSERS;
	*ret_step = "close what others have sent";
	if (service->loaded->takes_descriptors && psd_dispose_is_full())
		return -ETOOMANYREFS;
	return 0;
}

static int
make(struct psd_service *service, const struct psd_kit *kit,
    const struct psd_instance *beside, struct psd_instance **ret,
    const char **ret_step)
{
	struct psd_instance *instance;
	int r = find_room(service, ret_step);

	if (r < 0)
		return r;
	*ret_step = "find memory for it";
	instance = psd_instance_make(service);
	if (instance == NULL)
		return -ENOMEM;
	r = psd_instance_spawn(instance, kit, beside, ret_step);
	if (r == 0) {
		*ret_step = "watch for its end";
		r = psd_ending_watch(instance);
		/* As if it had never been started. */
		if (r < 0) {
			psd_spawn_reap(&instance->child);
			instance->child.pidfd = PSD_NO_FD;
		}
	}
	if (r < 0) {
		psd_instance_free(instance);
		return r;
	}
	*ret = instance;
	return 0;
}

static int
launch(struct psd_service *service, const struct psd_kit *kit,
    const struct psd_instance *beside, struct psd_instance **ret)
{
	const char *step;
	const int r = make(service, kit, beside, ret, &step);

	if (r < 0) {
		psd_instance_tell_failure(service, step, -r);
		return r;
	}
	(*ret)->is_counted = true;
	service->n_instances++;
	return psd_instance_begin(*ret);
}

int
psd_instance_start(struct psd_service *service)
{
	struct psd_instance *instance = NULL;
	const int r = launch(service, NULL, NULL, &instance);

	/* One that was made ends by its pidfd. */
	if (r < 0 && instance == NULL)
		psd_respawn_after(service, PSD_ENDING_ABRUPT, 0);
	return r;
}

int
psd_instance_start_program(struct psd_service *service,
    const struct psd_kit *kit, struct psd_instance **ret)
{
	struct psd_instance *instance = NULL;
	const int r = launch(service, kit, NULL, &instance);

	if (r < 0)
		return r;
	/* There is nothing to agree on: it serves from its first moment. */
	instance->first.has_greeted = true;
	psd_instance_greeted(instance);
	*ret = instance;
	return 0;
}

int
psd_instance_start_beside(struct psd_service *service,
    const struct psd_instance *other, struct psd_instance **ret)
{
	return launch(service, NULL, other, ret);
}
