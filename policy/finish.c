/* SPDX-License-Identifier: ISC */
#include "common/codec.h"
#include "common/mem.h"
#include "policy/admission.h"
#include "policy/build.h"
#include "policy/finish_net.h"
#include "policy/index.h"
#include "policy/inetd.h"
#include "policy/keep.h"
#include "policy/may_exec.h"
#include "policy/phase.h"
#include "policy/ports.h"
#include "policy/runs.h"
#include "policy/view.h"

#include <string.h>

static void
check_user(struct psd_build *build)
{
	const struct psd_policy *policy = build->policy;
	const bool is_dynamic = build->has_dynamic_user && build->dynamic_user;
	const bool is_fixed = build->has_dynamic_user && !build->dynamic_user;

	if (is_fixed && policy->user == NULL)
		psd_diag_error(build->diag, &build->dynamic_user_where,
		    "DynamicUser=no needs User=: a helper must not share the "
		    "daemon's user");
	if (is_dynamic && policy->user != NULL)
		psd_diag_error(build->diag, &build->user_where,
		    "User=%s and DynamicUser=yes contradict each other; leave "
		    "one out",
		    policy->user);
	if (policy->user != NULL && (policy->require & PSD_LAYER_UID) != 0)
		psd_diag_error(build->diag, &build->require_where,
		    "Require=uid asks for a user id of each instance's own, "
		    "and User=%s gives all the same; leave one out",
		    policy->user);
}

static void
check_filter(struct psd_build *build)
{
	const struct psd_policy *policy = build->policy;
	const struct psd_where whole = { policy->file, 0 };

	if (policy->on_violation == PSD_VIOLATION_LOG &&
	    (policy->require & PSD_LAYER_FILTER) != 0)
		psd_diag_error(build->diag, &build->violation_where,
		    "OnViolation=log lets every system call pass, which "
		    "Require=filter forbids; leave one out");
	if (policy->calls.n == 0)
		psd_diag_warning(build->diag, &whole,
		    "without SystemCallFilter= the helper may make no system "
		    "call at all; a C program needs at least @helper and "
		    "@loader");
}

static bool
is_allowed_at_all(const struct psd_policy *policy, enum psd_op op)
{
	const struct psd_op_row *row = psd_op_find(op);
	const struct psd_grants *grants;

	if (row == NULL)
		return false;
	grants = &policy->grants[row - psd_op_rows];
	for (size_t i = 0; i < grants->n; i++)
		if (!grants->at[i].is_deny)
			return true;
	return false;
}

static void
check_listeners(struct psd_build *build)
{
	const struct psd_policy *policy = build->policy;
	const bool may_accept = is_allowed_at_all(policy, PSD_OP_accept);
	const struct psd_where whole = { policy->file, 0 };

	if (may_accept && !psd_policy_takes_clients(policy))
		psd_diag_warning(build->diag, &whole,
		    "AllowAccept= without ListenStream=, Clients= or "
		    "Provides=: no client can come");
	if (!may_accept && policy->provides.n > 0)
		psd_diag_warning(build->diag, &policy->provides.at[0].where,
		    "Provides= without AllowAccept=yes: callers would wait in "
		    "vain");
	if (!may_accept && policy->n_clients > 0 &&
	    policy->type != PSD_TYPE_FILTER)
		psd_diag_warning(build->diag, &policy->clients[0].where,
		    "Clients= without AllowAccept=yes: clients would wait in "
		    "vain");
	if (!may_accept && policy->n_listens > 0 &&
	    policy->type != PSD_TYPE_INETD)
		psd_diag_warning(build->diag, &policy->listens[0].where,
		    "ListenStream= without AllowAccept=yes: clients would "
		    "wait for ever");
}

/*
 * A line that is good for once gives an instance one client, and so does a
 * service that strangers call: what one may have done to a helper is no
 * other's business.
 */
static void
count_accepts(struct psd_policy *policy)
{
	const struct psd_grants *grants =
	    &policy->grants[psd_op_find(PSD_OP_accept) - psd_op_rows];

	if ((policy->n_clients > 0 || policy->provides.n > 0) &&
	    !policy->reuses_instances) {
		policy->accepts_max = 1;
		return;
	}
	for (size_t i = 0; i < grants->n; i++) {
		if (grants->at[i].is_deny)
			continue;
		if ((grants->at[i].modifiers & PSD_MODIFIER_ONCE) == 0) {
			policy->accepts_max = UINT32_MAX;
			return;
		}
		policy->accepts_max++;
	}
}

/* It has no way to send one otherwise. */
static void
check_descriptors(struct psd_build *build)
{
	const struct psd_policy *policy = build->policy;

	for (size_t i = 0; i < policy->calls.n; i++)
		if (strcmp(policy->calls.at[i].text, "@send-descriptors") ==
			0 ||
		    strcmp(policy->calls.at[i].text, "sendmsg") == 0)
			return;
	for (size_t row = 0; row < psd_op_count; row++) {
		const struct psd_grants *grants = &policy->grants[row];

		if (!psd_op_rows[row].takes_fd)
			continue;
		for (size_t i = 0; i < grants->n; i++)
			if (!grants->at[i].is_deny)
				psd_diag_warning(build->diag,
				    &grants->at[i].where,
				    "%s allows nothing: the helper cannot send "
				    "a descriptor; add "
				    "SystemCallFilter=@send-descriptors",
				    grants->at[i].text);
	}
}

/* Does the filter let it pass descriptors to whoever has an end of its? */
static void
find_senders(struct psd_policy *policy)
{
	for (size_t i = 0; i < policy->calls.n; i++) {
		const char *word = policy->calls.at[i].text;

		if (strcmp(word, "@send-descriptors") == 0 ||
		    strcmp(word, "sendmsg") == 0 ||
		    strcmp(word, "sendmmsg") == 0)
			policy->sends_fds = true;
	}
}

/*
 * The daemon puts three of its own above the limit, and the kernel has tables of
 * 1,024 and then of 2,048: 8 KiB more for each helper.
 */
enum { NOFILE_DEFAULT = 1000 };

/* What is always limited, and what the policy limits. */
static void
finish_limits(struct psd_build *build)
{
	struct psd_policy *policy = build->policy;

	if (!build->limits[RLIMIT_NOFILE].is_set)
		build->limits[RLIMIT_NOFILE].value =
		    (struct rlimit){ NOFILE_DEFAULT, NOFILE_DEFAULT };
	build->limits[RLIMIT_NOFILE].is_set = true;
	/* A core file would hold what only the helper may see. */
	build->limits[RLIMIT_CORE].is_set = true;
	build->limits[RLIMIT_CORE].value = (struct rlimit){ 0, 0 };
	policy->nofile = (uint32_t)build->limits[RLIMIT_NOFILE].value.rlim_max;
	policy->limits = psd_arena_take(policy->arena, RLIM_NLIMITS,
	    sizeof(*policy->limits));
	if (policy->limits == NULL) {
		psd_build_no_memory(build);
		return;
	}
	for (int i = 0; i < RLIM_NLIMITS; i++)
		if (build->limits[i].is_set)
			policy->limits[policy->n_limits++] = (struct psd_limit){
				.resource = i,
				.value = build->limits[i].value,
			};
}

/*
 * They name programs that the kernel starts as root, so that whoever writes
 * one needs nothing else.
 */
static const char *const handing_over[] = { "kernel.core_pattern",
	"kernel.modprobe", "kernel.hotplug", "kernel.poweroff_cmd" };

static void
check_settings(struct psd_build *build)
{
	const struct psd_op_row *row = psd_op_find(PSD_OP_write_sysctl);
	struct psd_write_sysctl_req req = { .end = 0 };

	for (size_t i = 0; i < PSD_ELEMENTS(handing_over); i++) {
		struct psd_verdict verdict;

		req.setting = psd_str_of(handing_over[i]);
		verdict = psd_policy_check(build->policy, NULL, row, &req);
		if (verdict.is_allowed)
			psd_diag_warning(build->diag, &verdict.grant->where,
			    "the helper may write %s and thereby become root; "
			    "name the settings that it needs alone",
			    handing_over[i]);
	}
}

static bool
has_path(const struct psd_op_row *row)
{
	for (const struct psd_field *f = row->req; f->kind != PSD_KIND_end; f++)
		if (f->kind == PSD_KIND_path)
			return true;
	return false;
}

static void
finish_grants(struct psd_build *build)
{
	struct psd_policy *policy = build->policy;

	for (size_t i = 0; i < psd_op_count; i++) {
		struct psd_grants *grants = &policy->grants[i];

		grants->has_no_deny = true;
		for (size_t k = 0; k < grants->n; k++) {
			grants->at[k].index = policy->n_grants++;
			if (grants->at[k].is_deny)
				grants->has_no_deny = false;
		}
		if (grants->n == 0 || !has_path(&psd_op_rows[i]))
			continue;
		grants->index = psd_index_new(policy->arena, grants);
		if (grants->index == NULL)
			psd_build_no_memory(build);
	}
}

void
psd_build_finish(struct psd_build *build)
{
	struct psd_policy *policy = build->policy;
	const struct psd_where whole = { policy->file, 0 };

	if (policy->type != PSD_TYPE_MONITOR &&
	    policy->type != PSD_TYPE_FILTER && policy->exec_path == NULL)
		psd_diag_error(build->diag,
		    policy->exec_where.line == 0 ? &whole : &policy->exec_where,
		    "there is no ExecStart=; section [Helper] must say which "
		    "program to start");
	/* Before all that looks at grants: these are none. */
	psd_view_take(build);
	check_user(build);
	check_filter(build);
	check_listeners(build);
	count_accepts(build->policy);
	psd_admission_check(build);
	find_senders(build->policy);
	finish_limits(build);
	finish_grants(build);
	psd_phase_finish(build);
	check_settings(build);
	check_descriptors(build);
	psd_ports_check(build);
	psd_finish_net(build);
	psd_may_exec_check(build);
	psd_keep_check(build);
	psd_runs_finish(build);
	psd_inetd_finish(build);
}
