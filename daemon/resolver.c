/* SPDX-License-Identifier: ISC */
#include "daemon/resolver.h"

#include "common/log.h"
#include "daemon/loaded.h"
#include "daemon/own.h"
#include "daemon/service.h"
#include "policy/group.h"
#include "policy/load.h"

#include <errno.h>
#include <stdio.h>

static const uint64_t look_every_usec = 1000000;

/*
 * Its calls beyond these are the group of policy/callgroup.def that belongs to
 * it.  Modules of name service try what they can do without, so a call that is
 * refused fails and does not kill.
 */
static const char policy_text[] = "[Helper]\n"
				  "ExecStart=%s\n"
				  "Instances=%d\n"
				  "RestartSec=100ms\n"
				  "LimitNOFILE=64\n"
				  "LimitFSIZE=0\n"
				  "LimitDATA=64M\n"
				  "TimeoutStopSec=2s\n"
				  "[Policy]\n"
				  "SystemCallFilter=@helper @loader\n"
				  "AllowOpen=@runtime\n"
				  "AllowOpen=@names\n"
				  "OnViolation=errno\n";

/* The first Allow line that needs it, or NULL. */
static const struct psd_grant *
find_need(const struct psd_policy *const *policies, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (size_t row = 0; row < psd_op_count; row++) {
			const struct psd_grants *grants =
			    &policies[i]->grants[row];

			if (!psd_op_rows[row].asks_resolver)
				continue;
			for (size_t k = 0; k < grants->n; k++)
				if (!grants->at[k].is_deny)
					return &grants->at[k];
		}
	return NULL;
}

/* Of the program and of every file that it may look into. */
static uint64_t
fingerprint(const struct psd_daemon *daemon)
{
	uint64_t hash = psd_loaded_fingerprint(daemon->config.resolver);

	for (const struct psd_group_path *p = psd_group_names; p->path != NULL;
	     p++)
		hash = hash * 31 + psd_loaded_fingerprint(p->path);
	return hash;
}

static struct psd_loaded *
load(struct psd_daemon *daemon, uint64_t hash, struct psd_diag *diag)
{
	char text[sizeof(policy_text) + sizeof(daemon->config.resolver) + 16];
	struct psd_policy *policy;
	struct psd_loaded *loaded;

	(void)snprintf(text, sizeof(text), policy_text, daemon->config.resolver,
	    PSD_RESOLVERS);
	policy = psd_policy_load_text(PSD_RESOLVER_NAME, text, diag);
	if (policy == NULL)
		return NULL;
	policy->is_resolver = true;
	loaded = psd_loaded_make(&daemon->host, policy,
	    daemon->config.policy_dirs, diag);
	if (loaded != NULL)
		loaded->fingerprint = hash;
	return loaded;
}

int
psd_resolver_prepare(struct psd_daemon *daemon,
    const struct psd_policy *const *policies, size_t n,
    struct psd_loaded **ret_loaded, struct psd_diag *diag)
{
	const struct psd_grant *need = find_need(policies, n);
	struct psd_loaded *loaded;

	*ret_loaded = NULL;
	if (need == NULL)
		return 0;
	loaded = load(daemon, fingerprint(daemon), diag);
	if (loaded == NULL) {
		psd_diag_error(diag, &need->where,
		    "%s needs the resolver %s, which cannot be prepared; see "
		    "Resolver= in privsepd.conf(5)",
		    need->text, daemon->config.resolver);
		return -EINVAL;
	}
	*ret_loaded = loaded;
	return 0;
}

int
psd_resolver_change(struct psd_daemon *daemon, struct psd_loaded *loaded)
{
	return psd_own_change(daemon, &daemon->resolver, loaded);
}

void
psd_resolver_refresh(struct psd_daemon *daemon)
{
	const uint64_t now = psd_now();
	struct psd_loaded *loaded;
	struct psd_diag diag;
	uint64_t hash;

	if (daemon->resolver == NULL || daemon->is_stopping ||
	    now - daemon->resolver_looked_usec < look_every_usec)
		return;
	daemon->resolver_looked_usec = now;
	hash = fingerprint(daemon);
	if (hash == daemon->resolver_tried ||
	    hash == daemon->resolver->loaded->fingerprint)
		return;
	/* Told once, should it fail, and not before they change again. */
	daemon->resolver_tried = hash;
	psd_diag_init(&diag);
	loaded = load(daemon, hash, &diag);
	psd_daemon_log_diag(&diag);
	psd_diag_free(&diag);
	if (loaded == NULL)
		psd_log(LOG_ERR, "%s: goes on with the old files",
		    PSD_RESOLVER_NAME);
	else
		(void)psd_resolver_change(daemon, loaded);
}
