/* SPDX-License-Identifier: ISC */
#include "policy/admission.h"

#include <string.h>

/* What the kernel shows for a user whom our user namespace does not know. */
enum { OVERFLOW_ID = 65534 };

bool
psd_policy_takes_clients(const struct psd_policy *policy)
{
	return policy->n_listens > 0 || policy->n_clients > 0 ||
	    policy->provides.n > 0;
}

static bool
is_member(const struct psd_admission_who *who, gid_t gid)
{
	if (who->gid == gid)
		return true;
	for (size_t i = 0; i < who->n_groups; i++)
		if (who->groups[i] == gid)
			return true;
	return false;
}

static bool
is_meant(const struct psd_admission *word, const struct psd_admission_who *who)
{
	switch (word->kind) {
	case PSD_ADMIT_USER:
		return who->uid == word->id;
	case PSD_ADMIT_GROUP:
		return is_member(who, word->id);
	case PSD_ADMIT_UNIT:
		return who->unit != NULL && strcmp(who->unit, word->unit) == 0;
	}
	return false;
}

const struct psd_admission *
psd_admission_find(const struct psd_policy *policy,
    const struct psd_admission_who *who)
{
	for (size_t i = 0; i < policy->n_clients; i++)
		if (is_meant(&policy->clients[i], who))
			return &policy->clients[i];
	return NULL;
}

bool
psd_admission_has(const struct psd_policy *policy, enum psd_admission_kind kind)
{
	for (size_t i = 0; i < policy->n_clients; i++)
		if (policy->clients[i].kind == kind)
			return true;
	return false;
}

mode_t
psd_admission_mode(const struct psd_policy *policy, gid_t *ret_gid)
{
	size_t n_groups = 0;

	*ret_gid = (gid_t)-1;
	for (size_t i = 0; i < policy->n_clients; i++) {
		const struct psd_admission *word = &policy->clients[i];

		if (word->kind == PSD_ADMIT_UNIT ||
		    (word->kind == PSD_ADMIT_USER && word->id != 0))
			n_groups = 2;
		if (word->kind != PSD_ADMIT_GROUP)
			continue;
		n_groups++;
		*ret_gid = word->id;
	}
	if (n_groups == 1)
		return 0660;
	*ret_gid = (gid_t)-1;
	return n_groups == 0 ? 0600 : 0666;
}

static void
check_words(struct psd_build *build)
{
	const struct psd_policy *policy = build->policy;

	for (size_t i = 0; i < policy->n_clients; i++) {
		const struct psd_admission *word = &policy->clients[i];

		if (word->kind == PSD_ADMIT_UNIT)
			continue;
		if (word->id == 0)
			psd_diag_warning(build->diag, &word->where,
			    "Clients=%s: whoever is root can do all this "
			    "without a helper; leave it out",
			    word->text);
		if (word->id == OVERFLOW_ID)
			psd_diag_warning(build->diag, &word->where,
			    "Clients=%s is also what users of other user "
			    "namespaces look like; name another",
			    word->text);
	}
}

/* Who is one user alone has nobody to take helpers from. */
static bool
are_many(const struct psd_policy *policy)
{
	return policy->n_clients > 1 ||
	    policy->clients[0].kind == PSD_ADMIT_GROUP;
}

static void
check_shares(struct psd_build *build)
{
	const struct psd_policy *policy = build->policy;
	const bool is_single = policy->accepts_max == 1;

	if (policy->n_clients == 0 || !are_many(policy))
		return;
	if (policy->user_connections_max >= policy->connections_max)
		psd_diag_warning(build->diag, &policy->clients[0].where,
		    "MaxConnectionsPerUser= (%u) lets one user have all %u "
		    "connections of MaxConnections=",
		    policy->user_connections_max, policy->connections_max);
	else if (is_single && policy->instances_max > 1 &&
	    policy->user_connections_max >= policy->instances_max)
		psd_diag_warning(build->diag, &policy->clients[0].where,
		    "MaxConnectionsPerUser= (%u) lets one user take all %u "
		    "helpers of Instances=",
		    policy->user_connections_max, policy->instances_max);
}

void
psd_admission_check(struct psd_build *build)
{
	check_words(build);
	check_shares(build);
}
