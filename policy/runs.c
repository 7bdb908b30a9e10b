/* SPDX-License-Identifier: ISC */
#include "policy/runs.h"

#include "common/mem.h"
#include "policy/label.h"

#include <errno.h>
#include <string.h>

/* A program has neither clients nor a conversation, and is not kept running. */
static const char *const of_talk[] = { "ListenStream", "Clients",
	"MaxConnections", "MaxConnectionsPerUser", "ConnectTimeoutSec",
	"AcceptFileDescriptors", "ReuseInstances", "TimeoutStartSec", "Restart",
	"RestartSec", "StandardError", "Phases", "LogVerdicts", "RequestRate",
	"RequestTimeoutSec" };

void
psd_runs_note(struct psd_build *build, const char *key,
    const struct psd_setting *setting)
{
	const bool is_reset = setting->value[0] == '\0';

	if (is_reset && build->talk_key == key)
		build->talk_key = NULL;
	if (is_reset || build->talk_key != NULL)
		return;
	for (size_t i = 0; i < PSD_ELEMENTS(of_talk); i++)
		if (strcmp(of_talk[i], key) == 0) {
			build->talk_key = key;
			build->talk_where = setting->where;
		}
}

/* It has no conversation in which it could ask for anything. */
static void
refuse_grants(struct psd_build *build)
{
	const struct psd_policy *policy = build->policy;

	for (size_t row = 0; row < psd_op_count; row++)
		for (size_t i = 0; i < policy->grants[row].n; i++)
			psd_diag_error(build->diag,
			    &policy->grants[row].at[i].where,
			    "%s: a program (Type=program) has no conversation; "
			    "leave the line out",
			    policy->grants[row].at[i].text);
}

void
psd_runs_finish(struct psd_build *build)
{
	struct psd_policy *policy = build->policy;

	if (policy->type != PSD_TYPE_PROGRAM)
		return;
	refuse_grants(build);
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
	/* It was not written for a filter that kills. */
	if (build->violation_where.line == 0)
		policy->on_violation = PSD_VIOLATION_ERRNO;
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
