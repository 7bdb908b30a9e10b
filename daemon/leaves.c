/* SPDX-License-Identifier: ISC */
#include "daemon/leaves.h"

#include "daemon/cgroup_watch.h"
#include "daemon/leftover.h"
#include "daemon/reached.h"
#include "daemon/service.h"

#include <errno.h>
#include <sys/epoll.h>

/* How often a second the loop hears of changes, of many at a time. */
enum { CHANGES_MAX = 20, USEC_PER_SEC = 1000000 };

/* A predecessor's leaf, met while one was made, is not empty yet. */
static void
settle(struct psd_daemon *daemon, uint32_t n_doomed)
{
	if (daemon->host.cgroup.n_doomed > n_doomed)
		psd_leftover_sweep(daemon);
}

/*
 * A leaf that cannot be made is not tried again before the next is taken: what
 * is in the way, a limit of the groups above, does not go away by itself.
 */
static int
on_idle(sd_event_source *source, void *userdata)
{
	struct psd_daemon *daemon = userdata;
	struct psd_cgroup *cgroup = &daemon->host.cgroup;
	const uint32_t n_doomed = cgroup->n_doomed;
	const int r =
	    daemon->is_stopping ? -ESHUTDOWN : psd_cgroup_spare_make(cgroup);

	settle(daemon, n_doomed);
	return r == 0 ? 0 : sd_event_source_set_enabled(source, SD_EVENT_OFF);
}

static int
add_source(struct psd_daemon *daemon)
{
	int r;

	r = sd_event_add_defer(psd_loop(daemon), &daemon->spare_source, on_idle,
	    daemon);
	/* Whoever waits for an answer comes first. */
	if (r >= 0)
		r = sd_event_source_set_priority(daemon->spare_source,
		    SD_EVENT_PRIORITY_IDLE);
	return r;
}

void
psd_leaves_refill(struct psd_daemon *daemon)
{
	const struct psd_cgroup *cgroup = &daemon->host.cgroup;

	/* --run has its one program, and nothing to make a leaf ahead for. */
	if (cgroup->base_fd < 0 || daemon->config.is_run ||
	    daemon->is_stopping || cgroup->n_spare == PSD_SPARE_LEAVES)
		return;
	if (daemon->spare_source == NULL && add_source(daemon) < 0)
		return;
	psd_loop_change();
	(void)sd_event_source_set_enabled(daemon->spare_source, SD_EVENT_ON);
}

int
psd_leaves_take(struct psd_daemon *daemon, uint64_t memory_max,
    uint32_t tasks_max)
{
	struct psd_cgroup *cgroup = &daemon->host.cgroup;
	const uint32_t n_doomed = cgroup->n_doomed;
	const int leaf = psd_cgroup_leaf_make(cgroup, memory_max, tasks_max);

	settle(daemon, n_doomed);
	/*
	 * The loop is idle as soon as a helper has been started, and on the
	 * same processor its client is not served yet.
	 */
	if (cgroup->n_spare < PSD_SPARE_LEAVES / 2)
		psd_leaves_refill(daemon);
	return leaf;
}

static struct psd_instance *
find_instance(const struct psd_daemon *daemon, int leaf)
{
	const struct psd_service *service;
	struct psd_instance *instance;

	TAILQ_FOREACH(service, &daemon->services, of_daemon)
		TAILQ_FOREACH(instance, &service->instances, of_service)
			if (instance->leaf == leaf)
				return instance;
	return NULL;
}

static void
on_change(void *cookie, int leaf, enum psd_leaf_file file)
{
	struct psd_daemon *daemon = cookie;
	struct psd_instance *instance;

	if (file == PSD_LEAF_POPULATED) {
		psd_cgroup_leaf_remove(&daemon->host.cgroup, leaf);
		return;
	}
	instance = find_instance(daemon, leaf);
	if (instance != NULL)
		psd_reached_look(instance);
}

static int
on_changes(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	struct psd_daemon *daemon = userdata;

	(void)source;
	(void)fd;
	(void)events;
	daemon->turns.work = PSD_WORK_LEFTOVERS;
	psd_cgroup_changes(&daemon->host.cgroup, on_change, daemon);
	/* Whoever was in a group that is gone had a uid, too. */
	psd_leftover_sweep(daemon);
	return 0;
}

/* A helper that stays at its limits has the kernel tell of that all the time. */
static bool
listen_for_changes(struct psd_daemon *daemon)
{
	if (daemon->leaves_source != NULL)
		return true;
	return sd_event_add_io(psd_loop(daemon), &daemon->leaves_source,
		   psd_cgroup_watch_fd(&daemon->host.cgroup), EPOLLIN,
		   on_changes, daemon) >= 0 &&
	    sd_event_source_set_ratelimit(daemon->leaves_source, USEC_PER_SEC,
		CHANGES_MAX) >= 0;
}

bool
psd_leaves_watch_doomed(struct psd_daemon *daemon)
{
	struct psd_cgroup *cgroup = &daemon->host.cgroup;

	return cgroup->n_doomed == 0 ||
	    (psd_cgroup_watch_doomed(cgroup) && listen_for_changes(daemon));
}

int
psd_leaves_watch(struct psd_daemon *daemon, int leaf, enum psd_leaf_file file)
{
	const int r = psd_cgroup_watch(&daemon->host.cgroup, leaf, file);

	if (r < 0)
		return r;
	return listen_for_changes(daemon) ? 0 : -ENOMEM;
}

void
psd_leaves_resume(struct psd_daemon *daemon)
{
	struct psd_service *service;
	struct psd_instance *instance;

	TAILQ_FOREACH(service, &daemon->services, of_daemon)
		TAILQ_FOREACH(instance, &service->instances, of_service) {
			psd_reached_watch(instance);
			/* What came before it was watched. */
			psd_reached_look(instance);
		}
	psd_leaves_refill(daemon);
}
