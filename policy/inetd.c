/* SPDX-License-Identifier: ISC */
#include "policy/inetd.h"

#include "common/mem.h"
#include "policy/runs.h"

#include <string.h>

/*
 * It has no conversation, and one helper a client: MaxConnections= says how
 * many there are at a time.
 */
static const char *const of_others[] = { "Clients", "MaxConnectionsPerUser",
	"ConnectTimeoutSec", "AcceptFileDescriptors", "ReuseInstances",
	"TimeoutStartSec", "Restart", "RestartSec", "Phases", "LogVerdicts",
	"RequestRate", "RequestTimeoutSec", "Instances", "StartLimitBurst",
	"StartLimitIntervalSec", "Provides" };

static const char *const of_inetd[] = { "MaxConnectionsPerSource",
	"IdleTimeoutSec" };

void
psd_inetd_note(struct psd_build *build, const char *key,
    const struct psd_setting *setting)
{
	for (size_t i = 0; i < PSD_ELEMENTS(of_others); i++)
		if (strcmp(of_others[i], key) == 0)
			psd_runs_note_first(&build->others_key,
			    &build->others_where, key, setting);
	for (size_t i = 0; i < PSD_ELEMENTS(of_inetd); i++)
		if (strcmp(of_inetd[i], key) == 0)
			psd_runs_note_first(&build->inetd_key,
			    &build->inetd_where, key, setting);
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
	policy->instances_min = 0;
	policy->instances_max = policy->connections_max;
	policy->restart = PSD_RESTART_NO;
	psd_runs_finish_guest(build);
}
