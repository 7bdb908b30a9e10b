/* SPDX-License-Identifier: ISC */
#include "daemon/reload.h"

#include "common/mem.h"
#include "daemon/caps.h"
#include "daemon/clash.h"
#include "daemon/credential.h"
#include "daemon/loaded.h"
#include "daemon/own.h"
#include "daemon/own_filter.h"
#include "daemon/service.h"
#include "daemon/spawn.h"
#include "daemon/store.h"
#include "policy/load.h"
#include "policy/runs.h"
#include "policy/widen.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A policy on its way into force. */
struct fresh {
	struct psd_service *service; /* that it replaces, or NULL */
	struct psd_loaded *loaded;   /* NULL: nothing changes */
	struct psd_listeners listeners;
};

struct batch {
	struct fresh *at;
	const struct psd_policy **policies; /* of all of them */
	size_t n;
	struct psd_owns owns;
};

static void
free_batch(struct psd_daemon *daemon, struct batch *batch)
{
	for (size_t i = 0; i < batch->n; i++) {
		psd_loaded_unref(batch->at[i].loaded);
		psd_listeners_free(&daemon->store, &batch->at[i].listeners);
	}
	free(batch->at);
	free(batch->policies);
	psd_owns_free(&batch->owns);
	*batch = (struct batch){ .n = 0 };
}

/* Takes over policy. */
static int
prepare(struct psd_daemon *daemon, struct psd_policy *policy,
    struct batch *batch, struct psd_diag *diag)
{
	struct fresh *fresh = &batch->at[batch->n];

	fresh->service =
	    psd_service_find(daemon, policy->name, strlen(policy->name));
	fresh->loaded = psd_loaded_make(&daemon->host, policy,
	    daemon->config.policy_dirs, diag);
	if (fresh->loaded == NULL)
		return -EINVAL;
	batch->policies[batch->n++] = policy;
	return 0;
}

/*
 * A server has a monitor of its own, and whoever runs a filter without Clients=
 * a privsepd of that.
 */
static bool
is_ours(const struct psd_policy *policy)
{
	return policy->type != PSD_TYPE_MONITOR &&
	    (policy->type != PSD_TYPE_FILTER || policy->n_clients > 0);
}

/* Every policy is looked at, so that one reload tells all errors. */
static int
read_all(struct psd_daemon *daemon, char *const *names, struct batch *batch,
    struct psd_diag *diag)
{
	size_t n = 0;
	int r = 0;

	while (names[n] != NULL)
		n++;
	batch->at = calloc(n + 1, sizeof(*batch->at));
	batch->policies = calloc(n + 1, sizeof(*batch->policies));
	if (batch->at == NULL || batch->policies == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		const unsigned errors = diag->errors;
		struct psd_policy *policy =
		    psd_policy_load(daemon->config.policy_dirs, names[i],
			PSD_LOAD_HOLD, diag);

		if (policy == NULL && diag->errors == errors &&
		    !diag->out_of_memory)
			continue;
		if (policy != NULL && !is_ours(policy)) {
			psd_policy_free(policy);
			continue;
		}
		if (policy == NULL || prepare(daemon, policy, batch, diag) < 0)
			r = -EINVAL;
	}
	return r;
}

/* What two services cannot both have; every pair of them is told. */
static int
check_clashes(const struct batch *batch, struct psd_diag *diag)
{
	int r = 0;

	for (size_t i = 0; i < batch->n; i++)
		for (size_t j = 0; j < i; j++)
			if (psd_clash_check(batch->at[j].loaded->policy,
				batch->at[i].loaded->policy, diag) < 0)
				r = -EINVAL;
	return r;
}

/* What the policies say of each other. */
static int
check_runs(const struct batch *batch, struct psd_diag *diag)
{
	_cleanup_free_ const struct psd_policy **policies =
	    calloc(batch->n + 1, sizeof(*policies));

	if (policies == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < batch->n; i++)
		policies[i] = batch->at[i].loaded->policy;
	return psd_runs_check(policies, batch->n, diag);
}

/*
 * At the start whatever the policies do not call for is given up, for good;
 * a later policy that calls for it is refused, and told that it needs a
 * restart.
 */
static int
settle_privileges(struct psd_daemon *daemon, const struct batch *batch,
    struct psd_diag *diag)
{
	int r;

	if (daemon->generation > 0) {
		r = psd_caps_missing(batch->policies, batch->n, diag);
		/* One reload tells all errors. */
		return psd_own_filter_check(batch->policies, batch->n, diag) < 0
		    ? -EPERM
		    : r;
	}
	r = psd_caps_keep(batch->policies, batch->n, &daemon->config.keep_caps,
	    diag);
	if (r < 0)
		return r;
	r = psd_spawn_prepare_start(daemon->host.is_unprivileged, diag);
	if (r < 0)
		return r;
	return psd_own_filter_load(batch->policies, batch->n,
	    &daemon->config.keep_calls, diag);
}

/* What did not change is left alone: neither restarted nor recounted. */
static void
drop_unchanged(struct batch *batch)
{
	for (size_t i = 0; i < batch->n; i++) {
		struct fresh *fresh = &batch->at[i];

		if (fresh->service == NULL ||
		    fresh->service->loaded->fingerprint !=
			fresh->loaded->fingerprint)
			continue;
		psd_loaded_unref(fresh->loaded);
		fresh->loaded = NULL;
	}
}

static bool
is_wanted(const struct batch *batch, const struct psd_service *service)
{
	if (psd_own_is(service)) /* comes and goes by itself */
		return true;
	for (size_t i = 0; i < batch->n; i++)
		if (batch->at[i].service == service)
			return true;
	return false;
}

static void
tell_changes(struct psd_daemon *daemon, const struct batch *batch,
    void (*change)(void *cookie, char sign, const char *text), void *cookie)
{
	struct psd_service *service;

	for (size_t i = 0; i < batch->n; i++) {
		const struct fresh *fresh = &batch->at[i];

		psd_policy_compare(fresh->service == NULL
			? NULL
			: fresh->service->loaded->policy,
		    fresh->loaded->policy, change, cookie);
	}
	TAILQ_FOREACH(service, &daemon->services, of_daemon)
		if (!service->is_removed && !is_wanted(batch, service))
			psd_policy_compare(service->loaded->policy, NULL,
			    change, cookie);
}

static int
bind_all(struct psd_daemon *daemon, struct batch *batch, struct psd_diag *diag)
{
	int r = 0;

	for (size_t i = 0; i < batch->n && r == 0; i++)
		if (batch->at[i].loaded != NULL)
			r = psd_listeners_bind(daemon,
			    batch->at[i].loaded->policy,
			    &batch->at[i].listeners, diag);
	return r;
}

static void
remove_unwanted(struct psd_daemon *daemon, const struct batch *batch)
{
	struct psd_service *service, *next;

	for (service = TAILQ_FIRST(&daemon->services); service != NULL;
	     service = next) {
		next = TAILQ_NEXT(service, of_daemon);
		if (!service->is_removed && !is_wanted(batch, service))
			psd_service_remove(service);
	}
}

/* Nothing here can be refused any more; only memory may run out. */
static int
commit(struct psd_daemon *daemon, struct batch *batch)
{
	int r;

	daemon->generation++;
	r = psd_owns_come(daemon, &batch->owns);
	for (size_t i = 0; i < batch->n; i++)
		psd_listeners_take(daemon, &batch->at[i].listeners);
	/* A start that fails does so before there are helpers. */
	for (size_t i = 0; i < batch->n && (r == 0 || daemon->generation > 1);
	     i++) {
		struct fresh *fresh = &batch->at[i];
		struct psd_loaded *loaded = fresh->loaded;

		if (loaded == NULL) {
			psd_service_resume(fresh->service);
			continue;
		}
		fresh->loaded = NULL;
		loaded->generation = daemon->generation;
		if (fresh->service != NULL)
			psd_service_change(fresh->service, loaded,
			    &fresh->listeners);
		else if (psd_service_add(daemon, loaded, &fresh->listeners,
			     &fresh->service) < 0)
			r = -ENOMEM;
	}
	remove_unwanted(daemon, batch);
	psd_owns_go(daemon, &batch->owns);
	return r;
}

static int
put_in_force(struct psd_daemon *daemon, struct batch *batch,
    struct psd_diag *diag)
{
	int r;

	if (daemon->generation > 0)
		drop_unchanged(batch);
	r = bind_all(daemon, batch, diag);
	if (r == 0 && daemon->generation == 0) {
		psd_store_refuse_rest(&daemon->store);
		/* Ports below 1024 are bound: what binds them may go. */
		r = settle_privileges(daemon, batch, diag);
	}
	return r < 0 ? r : commit(daemon, batch);
}

int
psd_reload(struct psd_daemon *daemon, bool dry_run, struct psd_diag *diag,
    void (*change)(void *cookie, char sign, const char *text), void *cookie)
{
	struct batch batch = { .n = 0 };
	char **names = psd_policy_names(daemon->config.policy_dirs, diag);
	int r;

	if (names == NULL)
		return -EINVAL;
	r = read_all(daemon, names, &batch, diag);
	psd_policy_names_free(names);
	r = r == 0 ? check_clashes(&batch, diag) : r;
	r = r == 0 ? check_runs(&batch, diag) : r;
	if (r == 0)
		r = psd_owns_prepare(daemon, batch.policies, batch.n,
		    &batch.owns, diag);
	if (r == 0 && daemon->generation > 0)
		r = settle_privileges(daemon, &batch, diag);
	if (r == 0)
		psd_credential_check(batch.policies, batch.n, diag);
	if (r == 0 && change != NULL)
		tell_changes(daemon, &batch, change, cookie);
	if (r == 0 && !dry_run)
		r = put_in_force(daemon, &batch, diag);
	free_batch(daemon, &batch);
	if (r == -ENOMEM)
		psd_diag_no_memory(diag);
	return r;
}
