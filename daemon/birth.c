/* SPDX-License-Identifier: ISC */
#include "daemon/birth.h"

#include "common/fd.h"
#include "daemon/leaves.h"
#include "daemon/loaded.h"
#include "daemon/output.h"
#include "daemon/program.h"
#include "daemon/service.h"
#include "daemon/spawn_files.h"
#include "daemon/watch.h"

#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

enum {
	LINES_BURST = 200, /* of the log, for one helper */
	LINES_INTERVAL_USEC = 10 * 1000000,
	SECOND_USEC = 1000000,
};

/* Several times what an exec takes. */
enum { MEMORY_ENOUGH = 4 << 20 };

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
	instance->child.report = PSD_NO_FD;
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

/* Before there is a child. */
static int
prepare(struct psd_instance *instance, const struct psd_kit *kit,
    const struct psd_instance *beside, struct psd_birth *birth, int *ret_theirs,
    const char **ret_step)
{
	int r;

	*ret_step = "copy its rights";
	r = psd_rights_init(&instance->first.rights, instance->loaded->policy);
	if (r == 0 && kit == NULL) {
		*ret_step = "make its pair";
		r = psd_conversation_open(&instance->first, ret_theirs);
	}
	if (r < 0)
		return r;
	*ret_step = "choose its user id";
	if (beside != NULL)
		share_ids(instance, beside, birth);
	else
		r = psd_instance_take_ids(instance, birth);
	if (r < 0)
		return r;
	*ret_step = "prepare its control group";
	r = take_leaf(instance, birth);
	if (r < 0)
		return r;
	*ret_step = "have its calls watched";
	return begin_watch(instance);
}

static int
on_bell(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	(void)source;
	(void)fd;
	(void)events;
	(void)userdata;
	psd_spawn_hear();
	return 0;
}

/*
 * Until a child that nobody waits for has left our table we have a copy of its
 * ends.  Where it is not heard to leave, that is until its hello or its end, or
 * the next start.
 */
static void
listen_for_bell(struct psd_daemon *daemon)
{
	if (daemon->bell_source == NULL && psd_spawn_bell() >= 0)
		(void)sd_event_add_io(psd_loop(daemon), &daemon->bell_source,
		    psd_spawn_bell(), EPOLLIN, on_bell, NULL);
}

/* The child's ends are closed here, whatever happens: each has one owner. */
int
psd_instance_spawn(struct psd_instance *instance, const struct psd_kit *kit,
    const struct psd_instance *beside, const char **ret_step)
{
	_cleanup_fd_ int theirs = PSD_NO_FD;
	_cleanup_fd_ int their_stderr = PSD_NO_FD;
	struct psd_spawn_failure failure = { PSD_STEP_NONE, 0 };
	struct psd_birth birth = {
		.pair_end = PSD_NO_FD,
		.stderr_fd = PSD_NO_FD,
		.stdio = kit == NULL ? NULL : kit->stdio,
		.environment = kit == NULL ? NULL : kit->environment,
		.cgroup_fd = PSD_NO_FD,
	};
	int r = prepare(instance, kit, beside, &birth, &theirs, ret_step);

	if (r < 0)
		return r;
	*ret_step = "make its standard error";
	their_stderr = psd_output_open(instance);
	if (their_stderr < 0 && their_stderr != PSD_NO_FD)
		return their_stderr;
	birth.watcher = psd_watch_pid(instance);
	/*
	 * Whoever has a program started is told whether it was.  And at
	 * MemoryMax= the kernel ends all that share the child's memory, so us,
	 * unless we wait for it as vfork(2) does.
	 */
	birth.may_fail_later = kit == NULL && birth.watcher == 0 &&
	    instance->loaded->policy->memory_max >= MEMORY_ENOUGH;
	birth.pair_end = theirs;
	birth.stderr_fd = their_stderr;
	r = psd_spawn(&instance->loaded->prepared->plan, &birth,
	    &instance->child, &failure);
	*ret_step = psd_step_name(failure.step);
	if (r == 0 && instance->child.later != NULL)
		listen_for_bell(instance->service->daemon);
	return r;
}
