/* SPDX-License-Identifier: ISC */
#include "daemon/leftover.h"

#include "common/log.h"
#include "common/mem.h"
#include "common/message.h"
#include "daemon/leak.h"
#include "daemon/leaves.h"
#include "daemon/service.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

enum {
	SWEEP_USEC = 500000,
	SWEEP_LATE_USEC = 500000, /* nobody waits for it */
	HURRY_USEC = 500000,
	HOLDERS_TOLD_MAX = 16,
};

/* A search under way, with what is released when it ends. */
struct search {
	TAILQ_ENTRY(search) of_all;
	struct psd_daemon *daemon;
	struct psd_leak *leak;
	sd_event_source *source;
	sd_event_source *hurry_source;
	char name[72];
	uint64_t id;
	pid_t pid; /* of the helper that died */
	uid_t uid;
	bool owns_uid;
	int leaf;
	unsigned told;
};

static TAILQ_HEAD(, search) searches = TAILQ_HEAD_INITIALIZER(searches);

static int on_sweep(sd_event_source *source, uint64_t usec, void *userdata);

/*
 * What could not be freed at once is tried again, until it is: a group when the
 * kernel says that it is empty, a uid, of which it says nothing, after a while.
 */
static void
sweep_later(struct psd_daemon *daemon)
{
	const bool is_told = psd_leaves_watch_doomed(daemon);

	daemon->sweep_source =
	    sd_event_source_disable_unref(daemon->sweep_source);
	if (daemon->host.uids.n_quarantined == 0 && is_told)
		return;
	if (sd_event_add_time_relative(psd_loop(daemon), &daemon->sweep_source,
		CLOCK_MONOTONIC, SWEEP_USEC, SWEEP_LATE_USEC, on_sweep,
		daemon) < 0)
		psd_log(LOG_ERR, "no memory for the next sweep");
}

void
psd_leftover_sweep(struct psd_daemon *daemon)
{
	if (daemon->host.uids.n_quarantined > 0)
		psd_uid_sweep(&daemon->host.uids);
	sweep_later(daemon);
}

static int
on_sweep(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct psd_daemon *daemon = userdata;

	(void)source;
	(void)usec;
	daemon->turns.work = PSD_WORK_LEFTOVERS;
	if (daemon->host.cgroup.n_doomed > 0)
		psd_cgroup_sweep(&daemon->host.cgroup);
	psd_leftover_sweep(daemon);
	return 0;
}

static void
release(struct psd_daemon *daemon, bool owns_uid, uid_t uid, int leaf)
{
	/* The group first: its kill reaches processes of any uid. */
	if (leaf >= 0) {
		psd_cgroup_leaf_remove(&daemon->host.cgroup, leaf);
		psd_leaves_refill(daemon);
	}
	if (owns_uid)
		psd_uid_release(&daemon->host.uids, uid);
	if (leaf >= 0 || owns_uid)
		sweep_later(daemon);
}

void
psd_leftover_release(struct psd_instance *instance)
{
	release(instance->service->daemon, instance->owns_uid, instance->uid,
	    instance->leaf);
	instance->owns_uid = false;
	instance->leaf = -1;
}

static void
end_search(struct search *search)
{
	struct psd_daemon *daemon = search->daemon;

	TAILQ_REMOVE(&searches, search, of_all);
	psd_leak_free(search->leak);
	release(daemon, search->owns_uid, search->uid, search->leaf);
	sd_event_source_disable_unref(search->source);
	sd_event_source_disable_unref(search->hurry_source);
	free(search);
	daemon->n_searches--;
	psd_daemon_check_stopped(daemon);
}

static void
tell(struct search *search, const struct psd_leak_holder *holder)
{
	char id[24], pid[12], holder_pid[12], fd[12];
	const struct psd_log_field fields[] = {
		{ "PRIVSEP_SERVICE", search->name },
		{ "PRIVSEP_INSTANCE", id },
		{ "PRIVSEP_PID", pid },
		{ "PRIVSEP_HOLDER", holder_pid },
		{ "PRIVSEP_HOLDER_NAME", holder->comm },
		{ "PRIVSEP_HOLDER_FD", fd },
	};

	if (search->told++ >= HOLDERS_TOLD_MAX)
		return;
	(void)snprintf(id, sizeof(id), "%llu", (unsigned long long)search->id);
	(void)snprintf(pid, sizeof(pid), "%d", search->pid);
	(void)snprintf(holder_pid, sizeof(holder_pid), "%d", holder->pid);
	(void)snprintf(fd, sizeof(fd), "%d", holder->fd);
	psd_say(PSD_MESSAGE_end_held, fields, PSD_ELEMENTS(fields));
}

static int
on_turn(sd_event_source *source, void *userdata)
{
	struct search *search = userdata;
	struct psd_leak_holder holder;
	const int r = psd_leak_step(search->leak, &holder);

	(void)source;
	search->daemon->turns.work = PSD_WORK_LEFTOVERS;
	if (r > 0)
		tell(search, &holder);
	else if (r < 0)
		end_search(search);
	return 0;
}

/* One call, which answers ESRCH when nobody has the uid. */
static bool
has_processes(uid_t uid)
{
	errno = 0;
	return getpriority(PRIO_USER, uid) != -1 || errno == 0;
}

/* From now on it has its turn, however many ask. */
static int
on_hurry(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct search *search = userdata;

	(void)source;
	(void)usec;
	(void)sd_event_source_set_priority(search->source,
	    SD_EVENT_PRIORITY_NORMAL);
	return 0;
}

/*
 * Whoever waits for an answer comes first, but not for ever: while some ask
 * without end, what a helper left would never be killed.
 */
static void
put_behind(struct search *search)
{
	if (sd_event_add_time_relative(psd_loop(search->daemon),
		&search->hurry_source, CLOCK_MONOTONIC, HURRY_USEC,
		psd_loop_slack(HURRY_USEC), on_hurry, search) >= 0)
		(void)sd_event_source_set_priority(search->source,
		    SD_EVENT_PRIORITY_IDLE);
}

static struct search *
start_search(struct psd_instance *instance, uint64_t inode)
{
	struct psd_daemon *daemon = instance->service->daemon;
	struct search *search = calloc(1, sizeof(*search));

	if (search == NULL)
		return NULL;
	search->daemon = daemon;
	search->leak = psd_leak_start(inode);
	if (search->leak == NULL ||
	    sd_event_add_defer(psd_loop(daemon), &search->source, on_turn,
		search) < 0 ||
	    sd_event_source_set_enabled(search->source, SD_EVENT_ON) < 0) {
		psd_leak_free(search->leak);
		sd_event_source_disable_unref(search->source);
		free(search);
		return NULL;
	}
	put_behind(search);
	(void)snprintf(search->name, sizeof(search->name), "%s",
	    instance->service->name);
	search->id = instance->id;
	search->pid = instance->child.pid;
	return search;
}

void
psd_leftover_look(struct psd_instance *instance,
    const struct psd_conversation *held)
{
	struct search *search;

	if (held == NULL &&
	    !(instance->owns_uid && has_processes(instance->uid)))
		return;
	search = start_search(instance,
	    held == NULL ? instance->first.pair_inode : held->pair_inode);
	if (search == NULL) {
		psd_log(LOG_WARNING, "%s[%d]: its end outlives it",
		    instance->service->name, instance->child.pid);
		return;
	}
	search->uid = instance->uid;
	search->owns_uid = instance->owns_uid;
	search->leaf = instance->leaf;
	TAILQ_INSERT_TAIL(&searches, search, of_all);
	instance->owns_uid = false;
	instance->leaf = -1;
	instance->service->daemon->n_searches++;
}

void
psd_leftover_finish(void)
{
	while (!TAILQ_EMPTY(&searches))
		end_search(TAILQ_FIRST(&searches));
}

void
psd_leftover_resume(struct psd_daemon *daemon)
{
	sweep_later(daemon);
}
