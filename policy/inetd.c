/* SPDX-License-Identifier: ISC */
#include "policy/inetd.h"

#include "common/mem.h"
#include "policy/runs.h"

#include <string.h>

/* It has no conversation, and one helper a client. */
static const char *const of_others[] = { "Clients", "MaxConnectionsPerUser",
	"ConnectTimeoutSec", "AcceptFileDescriptors", "ReuseInstances",
	"TimeoutStartSec", "Restart", "Phases", "LogVerdicts", "RequestRate",
	"RequestTimeoutSec", "Provides" };

static const char *const of_inetd[] = { "MaxConnectionsPerSource",
	"IdleTimeoutSec" };

/* Of those that wait for their client: when they are started again. */
static const char *const of_pool[] = { "RestartSec", "StartLimitBurst",
	"StartLimitIntervalSec" };

static void
note_among(const char *const *keys, size_t n, const char **noted,
    struct psd_where *where, const char *key, const struct psd_setting *setting)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(keys[i], key) == 0)
			psd_runs_note_first(noted, where, key, setting);
}

void
psd_inetd_note(struct psd_build *build, const char *key,
    const struct psd_setting *setting)
{
	note_among(of_others, PSD_ELEMENTS(of_others), &build->others_key,
	    &build->others_where, key, setting);
	note_among(of_inetd, PSD_ELEMENTS(of_inetd), &build->inetd_key,
	    &build->inetd_where, key, setting);
	note_among(of_pool, PSD_ELEMENTS(of_pool), &build->pool_key,
	    &build->pool_where, key, setting);
}

/* Without Instances= each is started when its client comes. */
static void
finish_pool(struct psd_build *build)
{
	struct psd_policy *policy = build->policy;

	if (build->instances_where.line != 0) {
		policy->restart = PSD_RESTART_ALWAYS;
		return;
	}
	policy->instances_min = 0;
	policy->instances_max = policy->connections_max;
	policy->restart = PSD_RESTART_NO;
	if (build->pool_key != NULL)
		psd_diag_error(build->diag, &build->pool_where,
		    "%s= means nothing with Type=inetd without Instances=, "
		    "since no helper waits for its client; add Instances= or "
		    "leave it out",
		    build->pool_key);
}

void
psd_inetd_finish(struct psd_build *build)
{
	struct psd_policy *policy = build->policy;

	if (policy->type != PSD_TYPE_INETD) {
		if (build->inetd_key != NULL)
			psd_diag_error(build->diag, &build->inetd_where,
			    "%s= is for Type=inetd alone; leave it out",
			    build->inetd_key);
		return;
	}
	psd_runs_refuse_grants(build, "a server with Type=inetd");
	if (build->others_key != NULL)
		psd_diag_error(build->diag, &build->others_where,
		    "%s= means nothing with Type=inetd, of which each client "
		    "has a helper of its own that knows nothing of "
		    "conversations; leave it out",
		    build->others_key);
	if (policy->n_listens == 0)
		psd_diag_error(build->diag, &policy->exec_where,
		    "Type=inetd without ListenStream=: no client can come");
	finish_pool(build);
	psd_runs_finish_guest(build);
}
