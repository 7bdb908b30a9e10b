/* SPDX-License-Identifier: ISC */
#include "common/hot.h"
#include "policy/glob.h"
#include "policy/index.h"
#include "policy/match.h"
#include "policy/rights.h"

#include <string.h>

/* The grants that may speak of a question, one after the other. */
struct candidates {
	const struct psd_grants *grants;
	const struct psd_question *question;
	size_t path; /* whose grants are being looked at */
	struct psd_index_look look;
	size_t next; /* where there is no index */
};

static struct candidates
candidates_of(const struct psd_grants *grants,
    const struct psd_question *question)
{
	struct candidates all = { .grants = grants, .question = question };

	if (grants->index != NULL && question->n_paths > 0)
		all.look = psd_index_look(grants, &question->paths[0]);
	return all;
}

static const struct psd_grant *
next_candidate(struct candidates *all)
{
	const struct psd_question *question = all->question;

	if (all->grants->index == NULL || question->n_paths == 0)
		return all->next < all->grants->n
		    ? &all->grants->at[all->next++]
		    : NULL;
	for (;;) {
		const struct psd_grant *grant = psd_index_next(&all->look);

		if (grant != NULL || ++all->path == question->n_paths)
			return grant;
		all->look =
		    psd_index_look(all->grants, &question->paths[all->path]);
	}
}

static const struct psd_grant *
find_denial(const struct psd_grants *grants,
    const struct psd_question *question)
{
	struct candidates all;
	const struct psd_grant *grant, *first = NULL;

	if (grants->has_no_deny)
		return NULL;
	all = candidates_of(grants, question);
	while ((grant = next_candidate(&all)) != NULL)
		if (grant->is_deny && psd_match_denies(grant, question) &&
		    (first == NULL || grant->index < first->index))
			first = grant;
	return first;
}

/*
 * Of several lines that cover a request, the one that asks least of the file
 * decides: the request is allowed if any of them would allow it alone.
 */
static unsigned
strictness(const struct psd_grant *grant)
{
	/* The more it shows the less it asks; others show none. */
	unsigned n = 64 * (32 - (unsigned)__builtin_popcount(grant->fields));

	if ((grant->modifiers & PSD_MODIFIER_PHASE) != 0)
		n += 32;
	if ((grant->modifiers & PSD_MODIFIER_ONCE) != 0)
		n += 16;
	if ((grant->modifiers & PSD_MODIFIER_OWNER) != 0)
		n += 8;
	if ((grant->modifiers & PSD_MODIFIER_LINKS1) != 0)
		n += 4;
	if ((grant->modifiers & PSD_MODIFIER_FOLLOW) == 0)
		n += 2;
	if ((grant->modifiers & PSD_MODIFIER_XDEV) == 0)
		n += 1;
	return n;
}

static bool
is_better(const struct psd_grant *grant, const struct psd_grant *than)
{
	if (than == NULL || strictness(grant) != strictness(than))
		return than == NULL || strictness(grant) < strictness(than);
	return grant->index < than->index;
}

/* rights may be NULL: then nothing is used up, and it is any phase. */
static bool
counts(const struct psd_rights *rights, const struct psd_grant *grant)
{
	return rights == NULL || psd_rights_counts(rights, grant);
}

static const struct psd_grant *
find_allowance(const struct psd_grants *grants,
    const struct psd_question *question, const struct psd_rights *rights)
{
	struct candidates all = candidates_of(grants, question);
	const struct psd_grant *grant, *best = NULL;

	while ((grant = next_candidate(&all)) != NULL)
		if (!grant->is_deny && counts(rights, grant) &&
		    is_better(grant, best) && psd_match_allows(grant, question))
			best = grant;
	return best;
}

/*
 * What a helper narrowed its rights to is covered by the policy's line, as far
 * as we could tell from the words; here both have to cover the request itself.
 */
static const struct psd_grant *
find_narrowed(const struct psd_grants *lines,
    const struct psd_question *question, const struct psd_rights *rights)
{
	const struct psd_grant *best = NULL;

	for (size_t i = 0; i < lines->n; i++) {
		const struct psd_grant *line = &lines->at[i];

		if (counts(rights, line) && is_better(line, best) &&
		    psd_match_allows(line, question) &&
		    psd_match_allows(line->within, question))
			best = line;
	}
	return best;
}

/* Looks among the lines that are left; no Deny line speaks of it. */
static struct psd_verdict
judge(const struct psd_policy *policy, const struct psd_rights *rights,
    const struct psd_op_row *row, const struct psd_question *question)
{
	const struct psd_grants *grants = &policy->grants[row - psd_op_rows];
	const struct psd_grants *narrowed =
	    rights == NULL ? NULL : psd_rights_narrowed(rights, row);
	struct psd_verdict verdict = { .is_allowed = false };

	verdict.grant = narrowed == NULL
	    ? find_allowance(grants, question, rights)
	    : find_narrowed(narrowed, question, rights);
	verdict.is_allowed = verdict.grant != NULL;
	verdict.is_narrowed = !verdict.is_allowed && narrowed != NULL &&
	    find_allowance(grants, question, rights) != NULL;
	if (!verdict.is_allowed && !verdict.is_narrowed && rights != NULL)
		verdict.idle = find_allowance(grants, question, NULL);
	return verdict;
}

PSD_HOT struct psd_verdict
psd_policy_check(const struct psd_policy *policy,
    const struct psd_rights *rights, const struct psd_op_row *row,
    const void *req)
{
	const struct psd_verdict refused = { .is_allowed = false };
	struct psd_question question;
	struct psd_verdict verdict = refused;

	/* A row of another catalogue has no place among the grants. */
	if (psd_op_find((uint32_t)row->op) != row)
		return refused;
	if (rights != NULL && psd_rights_is_given_up(rights, row))
		return (struct psd_verdict){ .is_given_up = true };
	if (row->is_free)
		return (struct psd_verdict){ .is_allowed = true };
	if (!psd_match_ask(row, req, &question))
		return refused;
	verdict.grant =
	    find_denial(&policy->grants[row - psd_op_rows], &question);
	return verdict.grant != NULL ? verdict
				     : judge(policy, rights, row, &question);
}

bool
psd_policy_covers(const struct psd_policy *policy,
    const struct psd_grant *grant, const struct psd_op_row *row,
    uint32_t access, const char *path)
{
	const size_t len = strlen(path);
	const struct psd_question question = {
		.has_access = access != 0,
		.access = access,
		.paths = { { path, (uint32_t)len } },
		.n_paths = 1,
	};

	if (psd_op_find((uint32_t)row->op) != row || len > PSD_PATH_MAX ||
	    !psd_glob_can_cover(path, len))
		return false;
	return psd_match_allows(grant, &question) &&
	    (grant->within == NULL ||
		psd_match_allows(grant->within, &question)) &&
	    find_denial(&policy->grants[row - psd_op_rows], &question) == NULL;
}
