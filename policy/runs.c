/* SPDX-License-Identifier: ISC */
#include "policy/runs.h"

#include "common/mem.h"
#include "policy/label.h"
#include "policy/ports.h"

#include <errno.h>
#include <string.h>

/* A program has neither clients nor a conversation, and is not kept running. */
static const char *const of_talk[] = { "ListenStream", "AcceptFileDescriptors",
	"ReuseInstances", "TimeoutStartSec", "Restart", "RestartSec", "Phases",
	"LogVerdicts", "RequestRate", "RequestTimeoutSec" };

/* Nobody comes to a program, and to a filter only if there is a Clients=. */
static const char *const of_door[] = { "Clients", "MaxConnections",
	"MaxConnectionsPerUser", "ConnectTimeoutSec" };

/* A filter is started for each who comes, and never by a helper. */
static const char *const of_starts[] = { "StartLimitBurst",
	"StartLimitIntervalSec", "Provides" };

static bool
is_among(const char *const *keys, size_t n, const char *key)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(keys[i], key) == 0)
			return true;
	return false;
}

void
psd_runs_note_first(const char **noted, struct psd_where *where,
    const char *key, const struct psd_setting *setting)
{
	const bool is_reset = setting->value[0] == '\0';

	if (is_reset && *noted == key)
		*noted = NULL;
	if (is_reset || *noted != NULL)
		return;
	*noted = key;
	*where = setting->where;
}

void
psd_runs_note_where(struct psd_where *where, const struct psd_setting *setting)
{
	const bool is_reset = setting->value[0] == '\0';

	*where = is_reset ? (struct psd_where){ NULL, 0 } : setting->where;
}

void
psd_runs_note(struct psd_build *build, const char *key,
    const struct psd_setting *setting)
{
	if (is_among(of_talk, PSD_ELEMENTS(of_talk), key))
		psd_runs_note_first(&build->talk_key, &build->talk_where, key,
		    setting);
	if (is_among(of_door, PSD_ELEMENTS(of_door), key))
		psd_runs_note_first(&build->door_key, &build->door_where, key,
		    setting);
	if (is_among(of_starts, PSD_ELEMENTS(of_starts), key))
		psd_runs_note_first(&build->starts_key, &build->starts_where,
		    key, setting);
	if (strcmp(key, "Instances") == 0)
		psd_runs_note_where(&build->instances_where, setting);
	if (strcmp(key, "StandardError") == 0)
		psd_runs_note_where(&build->output_where, setting);
}

void
psd_runs_refuse_grants(struct psd_build *build, const char *what)
{
	const struct psd_policy *policy = build->policy;

	for (size_t row = 0; row < psd_op_count; row++)
		for (size_t i = 0; !psd_ports_has(psd_op_rows[row].op) &&
		     i < policy->grants[row].n;
		     i++)
			psd_diag_error(build->diag,
			    &policy->grants[row].at[i].where,
			    "%s: %s has no conversation; leave the line out",
			    policy->grants[row].at[i].text, what);
}

/* It was not written for a filter that kills. */
static void
answer_violations(struct psd_build *build)
{
	if (build->violation_where.line == 0)
		build->policy->on_violation = PSD_VIOLATION_ERRNO;
}

/* With Clients= a daemon has it, and runs it for those. */
static void
check_clients(struct psd_build *build)
{
	const struct psd_policy *policy = build->policy;

	if (policy->n_clients == 0) {
		if (build->door_key != NULL)
			psd_diag_error(build->diag, &build->door_where,
			    "%s= means nothing without Clients=; leave it out",
			    build->door_key);
		if (build->instances_where.line != 0)
			psd_diag_error(build->diag, &build->instances_where,
			    "Instances= means nothing with Type=filter "
			    "without Clients=; leave it out");
		return;
	}
	if (policy->exec_path == NULL)
		psd_diag_error(build->diag, &policy->clients[0].where,
		    "Clients= needs ExecStart=: which program a daemon runs "
		    "is not for clients to say");
	if (policy->instances_min != policy->instances_max)
		psd_diag_error(build->diag, &build->instances_where,
		    "Instances=: of a filter (Type=filter) none waits to be "
		    "used; write a number, the most that run at a time");
}

/* What it says on it is all that it can say of what went wrong. */
void
psd_runs_finish_guest(struct psd_build *build)
{
	if (build->output_where.line == 0)
		build->policy->log_stderr = true;
	answer_violations(build);
}

static void
finish_filter(struct psd_build *build)
{
	struct psd_policy *policy = build->policy;

	psd_runs_refuse_grants(build, "a filter (Type=filter)");
	if (build->talk_key != NULL)
		psd_diag_error(build->diag, &build->talk_where,
		    "%s= means nothing with Type=filter, which privsepctl "
		    "runs and which knows nothing of conversations; leave it "
		    "out",
		    build->talk_key);
	if (build->starts_key != NULL)
		psd_diag_error(build->diag, &build->starts_where,
		    "%s= means nothing with Type=filter, which privsepctl "
		    "runs; leave it out",
		    build->starts_key);
	check_clients(build);
	policy->instances_min = 0;
	policy->restart = PSD_RESTART_NO;
	psd_runs_finish_guest(build);
}

void
psd_runs_finish(struct psd_build *build)
{
	struct psd_policy *policy = build->policy;

	if (policy->type == PSD_TYPE_FILTER)
		finish_filter(build);
	if (policy->type != PSD_TYPE_PROGRAM)
		return;
	psd_runs_refuse_grants(build, "a program (Type=program)");
	if (build->output_where.line != 0)
		psd_diag_error(build->diag, &build->output_where,
		    "StandardError= means nothing with Type=program, whose "
		    "standard error is its caller's; leave it out");
	if (build->talk_key == NULL && build->door_key != NULL) {
		build->talk_key = build->door_key;
		build->talk_where = build->door_where;
	}
	if (build->talk_key != NULL)
		psd_diag_error(build->diag, &build->talk_where,
		    "%s= means nothing with Type=program, which a helper runs "
		    "and speaks to by pipes; leave it out",
		    build->talk_key);
	if (policy->instances_min != policy->instances_max)
		psd_diag_error(build->diag, &policy->exec_where,
		    "Instances=: of a program (Type=program) none waits to be "
		    "used; write a number, the most that run at a time");
	policy->instances_min = 0;
	policy->restart = PSD_RESTART_NO;
	answer_violations(build);
}

static const struct psd_policy *
find_policy(const struct psd_policy *const *policies, size_t n,
    const char *name, size_t len)
{
	for (size_t i = 0; i < n; i++)
		if (strlen(policies[i]->name) == len &&
		    memcmp(policies[i]->name, name, len) == 0)
			return policies[i];
	return NULL;
}

/* A pattern says nothing of what there has to be. */
static bool
is_pattern(const char *item, size_t len)
{
	return memchr(item, '*', len) != NULL || memchr(item, '?', len) != NULL;
}

static int
check_line(const struct psd_policy *const *policies, size_t n,
    const struct psd_grant *grant, struct psd_diag *diag)
{
	int r = 0;

	for (const char *at = grant->labels;; at++) {
		const size_t len = strcspn(at, ",");
		const struct psd_policy *policy =
		    find_policy(policies, n, at, len);

		if (!is_pattern(at, len) &&
		    (policy == NULL || policy->type != PSD_TYPE_PROGRAM)) {
			psd_diag_error(diag, &grant->where, "%s: %s",
			    grant->text,
			    policy == NULL
				? "there is no policy of that name"
				: "that policy is not of Type=program");
			r = -EINVAL;
		}
		at += len;
		if (*at == '\0')
			return r;
	}
}

static const struct psd_grants *
runs_of(const struct psd_policy *policy)
{
	return &policy->grants[psd_op_find(PSD_OP_run) - psd_op_rows];
}

static bool
is_run_by(const struct psd_policy *program, const struct psd_policy *policy)
{
	const struct psd_grants *grants = runs_of(policy);

	for (size_t i = 0; i < grants->n; i++)
		if (!grants->at[i].is_deny &&
		    psd_label_match(grants->at[i].labels, program->name,
			strlen(program->name)))
			return true;
	return false;
}

static void
check_program(const struct psd_policy *const *policies, size_t n,
    const struct psd_policy *program, struct psd_diag *diag)
{
	for (size_t i = 0; i < n; i++)
		if (is_run_by(program, policies[i]))
			return;
	psd_diag_warning(diag, &program->exec_where,
	    "nobody runs this program: no policy has AllowRun=%s",
	    program->name);
}

int
psd_runs_check(const struct psd_policy *const *policies, size_t n,
    struct psd_diag *diag)
{
	int r = 0;

	for (size_t i = 0; i < n; i++) {
		const struct psd_grants *grants = runs_of(policies[i]);

		if (policies[i]->type == PSD_TYPE_PROGRAM)
			check_program(policies, n, policies[i], diag);
		for (size_t k = 0; k < grants->n; k++)
			if (!grants->at[k].is_deny &&
			    check_line(policies, n, &grants->at[k], diag) < 0)
				r = -EINVAL;
	}
	return r;
}
