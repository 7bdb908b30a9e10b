/* SPDX-License-Identifier: ISC */
#include "policy/filter.h"

#include "common/arch.h"
#include "policy/program.h"

#include <stdlib.h>
#include <string.h>

/* The line to blame: of the first word, else the whole file. */
static struct psd_where
where_of(const struct psd_policy *policy)
{
	struct psd_where where = { .file = policy->file };

	return policy->calls.n > 0 ? policy->calls.at[0].where : where;
}

static struct psd_filter *
compile(const struct psd_callset *set, const struct psd_where *where,
    struct psd_diag *diag)
{
	struct psd_filter *filter = calloc(1, sizeof(*filter));
	int r;

	if (filter == NULL) {
		psd_diag_error(diag, where, "no memory to compile the filter");
		return NULL;
	}
	filter->highest_known = set->highest;
	r = psd_program_build(set, &filter->program);
	if (r < 0)
		psd_diag_error(diag, where,
		    "SystemCallFilter= cannot be compiled: %s", strerror(-r));
	else if (psd_prove(set, &filter->program, where, diag))
		return filter;
	psd_filter_free(filter);
	return NULL;
}

struct psd_filter *
psd_filter_compile(const struct psd_policy *policy, enum psd_filter_kind kind,
    const struct psd_filter_numbers *numbers, struct psd_diag *diag)
{
	const struct psd_where where = where_of(policy);
	struct psd_filter *filter;
	struct psd_callset set;

	if (psd_callset_init(&set, PSD_AUDIT_ARCH, policy, kind, numbers) < 0) {
		psd_diag_error(diag, &where, "no memory to compile the filter");
		return NULL;
	}
	filter = compile(&set, &where, diag);
	psd_callset_free(&set);
	return filter;
}

void
psd_filter_free(struct psd_filter *filter)
{
	if (filter == NULL)
		return;
	free(filter->program.filter);
	free(filter);
}
