/* SPDX-License-Identifier: ISC */
#include "common/fd.h"
#include "common/log.h"
#include "common/mem.h"
#include "daemon/denial.h"
#include "daemon/dispose.h"
#include "daemon/ending.h"
#include "daemon/instance.h"
#include "daemon/leaves.h"
#include "daemon/loaded.h"
#include "daemon/output.h"
#include "daemon/program.h"
#include "daemon/reached.h"
#include "daemon/respawn.h"
#include "daemon/service.h"
#include "daemon/spawn_wait.h"
#include "daemon/talk.h"
#include "daemon/watch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	LINES_BURST = 200, /* of the log, for one helper */
	LINES_INTERVAL_USEC = 10 * 1000000,
	SECOND_USEC = 1000000,
};

struct psd_instance *
psd_instance_make(struct psd_service *service)
{
	return psd_instance_make_of(service, service->loaded,
	    ++service->daemon->next_instance);
}

struct psd_instance *
psd_instance_make_of(struct psd_service *service, struct psd_loaded *loaded,
    uint64_t id)
{
	const struct psd_policy *policy = loaded->policy;
	struct psd_instance *instance = calloc(1, sizeof(*instance));

	if (instance == NULL)
		return NULL;
	instance->service = service;
	instance->loaded = psd_loaded_ref(loaded);
	instance->id = id;
	instance->child.pidfd = PSD_NO_FD;
	instance->child.listener = PSD_NO_FD;
	instance->output = PSD_NO_FD;
	instance->waiting_end = PSD_NO_FD;
	instance->leaf = -1;
	psd_conversation_init(&instance->first, instance);
	/* A program never has one. */
	if (psd_instance_is_program(instance))
		psd_conv_close(&instance->first.conv);
	TAILQ_INIT(&instance->clones);
	TAILQ_INIT(&instance->clients);
	TAILQ_INIT(&instance->runs);
	psd_rate_init(&instance->lines, LINES_BURST, LINES_INTERVAL_USEC);
	psd_rate_init(&instance->requests, policy->request_rate,
	    policy->request_rate == 0 ? 0 : SECOND_USEC);
	return instance;
}

int
psd_instance_take_ids(struct psd_instance *instance, struct psd_birth *birth)
{
	const struct psd_policy *policy = instance->loaded->policy;
	struct psd_host *host = &instance->service->daemon->host;
	int r;

	if (policy->user != NULL) {
		birth->uid = policy->uid;
		birth->gid = policy->gid;
	} else if (host->set_ids) {
		r = psd_uid_take(&host->uids, &birth->uid);
		if (r < 0)
			return r;
		birth->gid = birth->uid;
		instance->owns_uid = true;
	} else {
		birth->uid = geteuid();
		birth->gid = getegid();
	}
	instance->uid = birth->uid;
	instance->gid = birth->gid;
	return 0;
}

static void
share_ids(struct psd_instance *instance, const struct psd_instance *other,
    struct psd_birth *birth)
{
	instance->uid = birth->uid = other->uid;
	instance->gid = birth->gid = other->gid;
}

static int
take_leaf(struct psd_instance *instance, struct psd_birth *birth)
{
	const struct psd_policy *policy = instance->loaded->policy;
	struct psd_daemon *daemon = instance->service->daemon;
	const struct psd_cgroup *cgroup = &daemon->host.cgroup;
	int leaf;

	if (cgroup->base_fd < 0)
		return 0;
	leaf = psd_leaves_take(daemon, policy->memory_max, policy->tasks_max);
	if (leaf < 0)
		return leaf;
	instance->leaf = leaf;
	birth->cgroup_fd = psd_cgroup_leaf_fd(cgroup, leaf);
	return 0;
}

static void
tell_failure(struct psd_service *service, enum psd_step step, int error)
{
	const struct psd_log_field fields[] = {
		{ "PRIVSEP_SERVICE", service->name },
		{ "PRIVSEP_REASON", service->last_failure },
	};

	service->failed_starts++;
	(void)snprintf(service->last_failure, sizeof(service->last_failure),
	    "%s: %s",
	    step == PSD_STEP_NONE ? "prepare the start" : psd_step_name(step),
	    strerror(error));
	/* Clients have these started, as often as they like. */
	if (service->loaded->policy->type != PSD_TYPE_INETD ||
	    psd_rate_pass(&service->starts, psd_now()))
		psd_say(PSD_MESSAGE_start_failed, fields, PSD_ELEMENTS(fields));
}

/* While nobody else has its uid who might disturb. */
static int
begin_watch(struct psd_instance *instance)
{
	const struct psd_loaded *loaded = instance->loaded;

	return loaded->policy->reports_opens &&
		loaded->prepared->plan.want_listener
	    ? psd_watch_begin(instance)
	    : 0;
}

/*
 * The child's ends are closed here, whatever happens: each has one owner.
 * kit is NULL for a helper, beside for whoever has ids of its own.
 */
static int
spawn(struct psd_instance *instance, const struct psd_kit *kit,
    const struct psd_instance *beside, struct psd_spawn_failure *ret_failure)
{
	_cleanup_fd_ int theirs = PSD_NO_FD;
	_cleanup_fd_ int their_stderr = PSD_NO_FD;
	struct psd_birth birth = {
		.pair_end = PSD_NO_FD,
		.stderr_fd = PSD_NO_FD,
		.stdio = kit == NULL ? NULL : kit->stdio,
		.environment = kit == NULL ? NULL : kit->environment,
		.cgroup_fd = PSD_NO_FD,
	};
	int r;

	r = psd_rights_init(&instance->first.rights, instance->loaded->policy);
	if (r == 0)
		r = kit == NULL
		    ? psd_conversation_open(&instance->first, &theirs)
		    : 0;
	if (r == 0 && beside != NULL)
		share_ids(instance, beside, &birth);
	else if (r == 0)
		r = psd_instance_take_ids(instance, &birth);
	if (r == 0)
		r = take_leaf(instance, &birth);
	if (r == 0)
		r = begin_watch(instance);
	if (r < 0) {
		ret_failure->error = -r;
		return r;
	}
	their_stderr = psd_output_open(instance);
	if (their_stderr < 0 && their_stderr != PSD_NO_FD) {
		ret_failure->error = -their_stderr;
		return their_stderr;
	}
	birth.watcher = psd_watch_pid(instance);
	birth.pair_end = theirs;
	birth.stderr_fd = their_stderr;
	return psd_spawn(&instance->loaded->prepared->plan, &birth,
	    &instance->child, ret_failure);
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

/* As if it had never been started. */
static void
abandon(struct psd_instance *instance, int error,
    struct psd_spawn_failure *ret_failure)
{
	psd_spawn_reap(&instance->child);
	instance->child.pidfd = PSD_NO_FD;
	ret_failure->error = error;
}

static int
launch(struct psd_service *service, const struct psd_kit *kit,
    const struct psd_instance *beside, struct psd_instance **ret)
{
	struct psd_spawn_failure failure = { PSD_STEP_NONE, 0 };
	struct psd_instance *instance;
	int r;

	if (service->daemon->n_instances >=
	    service->daemon->config.instances_max) {
		tell_failure(service, PSD_STEP_NONE, EUSERS);
		return -EUSERS;
	}
	if (service->loaded->takes_descriptors && psd_dispose_is_full()) {
		tell_failure(service, PSD_STEP_NONE, ETOOMANYREFS);
		return -ETOOMANYREFS;
	}
	instance = psd_instance_make(service);
	if (instance == NULL)
		return -ENOMEM;
	r = spawn(instance, kit, beside, &failure);
	if (r == 0) {
		r = psd_ending_watch(instance);
		/* Its end would be seen by nobody. */
		if (r < 0)
			abandon(instance, -r, &failure);
	}
	if (r < 0) {
		tell_failure(service, failure.step, failure.error);
		psd_instance_free(instance);
		return r;
	}
	instance->is_counted = true;
	service->n_instances++;
	*ret = instance;
	return psd_instance_begin(instance);
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
