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
	"IdleTimeoutSec", "Pass", "PeerEnvironment" };

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
	if (strcmp(key, "PeerEnvironment") == 0)
		psd_runs_note_where(&build->peer_where, setting);
	if (strcmp(key, "Pass") == 0)
		psd_runs_note_where(&build->pass_where, setting);
	if (strcmp(key, "IdleTimeoutSec") == 0)
		psd_runs_note_where(&build->idle_where, setting);
}

/* What PeerEnvironment=yes sets, or may set one day (daemon/origin.c). */
static bool
is_of_peer(const char *assignment)
{
	static const char *const beginnings[] = { "PROTO=", "REMOTE_", "TCP",
		"UNIX" };

	for (size_t i = 0; i < PSD_ELEMENTS(beginnings); i++)
		if (strncmp(assignment, beginnings[i], strlen(beginnings[i])) ==
		    0)
			return true;
	return false;
}

/* A program that has been executed cannot be given variables. */
static void
check_peer(struct psd_build *build)
{
	const struct psd_policy *policy = build->policy;

	if (!policy->peer_environment)
		return;
	if (build->instances_where.line != 0)
		psd_diag_error(build->diag, &build->instances_where,
		    "Instances= has helpers wait for their client, who is not "
		    "known then, and PeerEnvironment=yes tells them who it is; "
		    "leave one out (MaxConnections= says how many there may "
		    "be)");
	for (size_t i = 0; policy->environment[i] != NULL; i++)
		if (is_of_peer(policy->environment[i]))
			psd_diag_error(build->diag, &build->peer_where,
			    "PeerEnvironment=yes sets what Environment=%s "
			    "does; leave one out",
			    policy->environment[i]);
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

/* A connection is the helper's alone, and he has it from his first moment. */
static void
check_pass(struct psd_build *build)
{
	if (build->policy->pass != PSD_PASS_SOCKET)
		return;
	if (build->instances_where.line != 0)
		psd_diag_error(build->diag, &build->instances_where,
		    "Instances= has helpers wait for their client, and a "
		    "program that has been executed cannot be given the "
		    "connection, as Pass=socket says; leave one out "
		    "(MaxConnections= says how many there may be)");
	if (build->idle_where.line != 0)
		psd_diag_error(build->diag, &build->idle_where,
		    "IdleTimeoutSec= is the relay's to heed, and with "
		    "Pass=socket there is none; leave one out "
		    "(RuntimeMaxSec= bounds the helper's whole time)");
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
	check_peer(build);
	check_pass(build);
	psd_runs_finish_guest(build);
}
