/* SPDX-License-Identifier: ISC */
#include "daemon/watcher.h"

#include "daemon/loaded.h"
#include "daemon/own.h"
#include "policy/load.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

/*
 * Its calls beyond these are the group of policy/callgroup.def that belongs to
 * it.  Instances= is what there are of programs.
 */
static const char policy_text[] = "[Helper]\n"
				  "ExecStart=%s\n"
				  "LimitNOFILE=16\n"
				  "LimitFSIZE=0\n"
				  "LimitDATA=16M\n"
				  "TimeoutStopSec=2s\n"
				  "[Policy]\n"
				  "SystemCallFilter=@helper @loader\n"
				  "AllowOpen=@runtime\n";

static const struct psd_policy *
find_need(const struct psd_policy *const *policies, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (policies[i]->reports_opens)
			return policies[i];
	return NULL;
}

/*
 * As it is built, it is beside the privsepd that privsepctl run starts as that
 * is built; whoever could put another one there could put another privsepd.
 */
static void
find_program(const struct psd_daemon *daemon, char ret[PATH_MAX])
{
	char self[PATH_MAX / 2];
	const ssize_t n = readlink("/proc/self/exe", self, sizeof(self));
	ssize_t dir = n < (ssize_t)sizeof(self) ? n : 0;

	while (dir > 0 && self[dir - 1] != '/')
		dir--;
	(void)snprintf(ret, PATH_MAX, "%.*shelpers/watcher",
	    dir > 0 ? (int)dir : 0, self);
	if (!daemon->config.is_run || dir <= 0 || access(ret, X_OK) < 0)
		(void)snprintf(ret, PATH_MAX, "%s", daemon->config.watcher);
}

void
psd_watcher_mark(struct psd_policy *policy)
{
	policy->is_watcher = true;
	policy->instances_min = 0;
	policy->instances_max = UINT32_MAX;
}

static struct psd_loaded *
load(struct psd_daemon *daemon, const char *program, struct psd_diag *diag)
{
	char text[sizeof(policy_text) + PATH_MAX];
	struct psd_policy *policy;
	struct psd_loaded *loaded;

	(void)snprintf(text, sizeof(text), policy_text, program);
	policy = psd_policy_load_text(PSD_WATCHER_NAME, text, diag);
	if (policy == NULL)
		return NULL;
	psd_watcher_mark(policy);
	loaded = psd_loaded_make(&daemon->host, policy,
	    daemon->config.policy_dirs, diag);
	if (loaded != NULL)
		loaded->fingerprint = psd_loaded_fingerprint(program);
	return loaded;
}

int
psd_watcher_prepare(struct psd_daemon *daemon,
    const struct psd_policy *const *policies, size_t n,
    struct psd_loaded **ret_loaded, struct psd_diag *diag)
{
	const struct psd_policy *need = find_need(policies, n);
	const struct psd_where where = {
		.file = need == NULL ? NULL : need->file,
	};
	char program[PATH_MAX];

	*ret_loaded = NULL;
	if (need == NULL)
		return 0;
	find_program(daemon, program);
	*ret_loaded = load(daemon, program, diag);
	if (*ret_loaded != NULL)
		return 0;
	psd_diag_error(diag, &where,
	    "ReportOpens=yes needs the watcher %s, which cannot be prepared; "
	    "see Watcher= in privsepd.conf(5)",
	    program);
	return -EINVAL;
}

int
psd_watcher_change(struct psd_daemon *daemon, struct psd_loaded *loaded)
{
	return psd_own_change(daemon, &daemon->watcher, loaded);
}
