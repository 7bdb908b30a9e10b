/* SPDX-License-Identifier: ISC */
#include "policy/filter.h"

#include "common/arch.h"
#include "policy/program.h"

#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

/* The line to blame: of the first word, else the whole file. */
static struct psd_where
where_of(const struct psd_policy *policy)
{
	struct psd_where where = { .file = policy->file };

	return policy->calls.n > 0 ? policy->calls.at[0].where : where;
}

/* A row of a call set, by what the program depends on. */
struct rule {
	int number;
	int error;
	struct psd_call_test tests[PSD_CALL_TESTS_MAX + 1];
};

/*
 * A filter with what it was made from.  Services often have the same call set,
 * and each has it again after a reload; to make and prove it takes a
 * millisecond.
 */
struct shared {
	struct psd_filter filter; /* first: what users know of it */
	LIST_ENTRY(shared) next;
	unsigned users;
	uint32_t arch;
	uint32_t refusal;
	size_t n_rules;
	struct rule rules[];
};

static LIST_HEAD(shared_filters, shared) all = LIST_HEAD_INITIALIZER(all);

static bool
is_same_rule(const struct rule *rule, const struct psd_callset_entry *entry)
{
	const struct psd_call_test *test = entry->row->tests;
	size_t i = 0;

	if (rule->number != entry->number || rule->error != entry->row->error)
		return false;
	for (; test[i].kind != PSD_TEST_end; i++)
		if (rule->tests[i].kind != test[i].kind ||
		    rule->tests[i].argument != test[i].argument ||
		    rule->tests[i].value != test[i].value)
			return false;
	return rule->tests[i].kind == PSD_TEST_end;
}

static bool
is_made_from(const struct shared *shared, const struct psd_callset *set)
{
	size_t i = 0;

	if (shared->arch != set->arch || shared->refusal != set->refusal ||
	    shared->n_rules != set->n)
		return false;
	while (i < set->n && is_same_rule(&shared->rules[i], &set->at[i]))
		i++;
	return i == set->n;
}

static struct psd_filter *
find(const struct psd_callset *set)
{
	struct shared *shared;

	LIST_FOREACH(shared, &all, next)
		if (is_made_from(shared, set)) {
			shared->users++;
			return &shared->filter;
		}
	return NULL;
}

static struct shared *
make(const struct psd_callset *set)
{
	struct shared *shared =
	    calloc(1, sizeof(*shared) + set->n * sizeof(shared->rules[0]));

	if (shared == NULL)
		return NULL;
	shared->filter.highest_known = set->highest;
	shared->users = 1;
	shared->arch = set->arch;
	shared->refusal = set->refusal;
	shared->n_rules = set->n;
	for (size_t i = 0; i < set->n; i++) {
		const struct psd_call_row *row = set->at[i].row;

		shared->rules[i].number = set->at[i].number;
		shared->rules[i].error = row->error;
		memcpy(shared->rules[i].tests, row->tests, sizeof(row->tests));
	}
	LIST_INSERT_HEAD(&all, shared, next);
	return shared;
}

static struct psd_filter *
compile(const struct psd_callset *set, const char *what,
    const struct psd_where *where, struct psd_diag *diag)
{
	struct shared *shared = make(set);
	struct psd_filter *filter;
	int r;

	if (shared == NULL) {
		psd_diag_error(diag, where, "no memory to compile the filter");
		return NULL;
	}
	filter = &shared->filter;
	r = psd_program_build(set, &filter->program);
	if (r < 0)
		psd_diag_error(diag, where, "%s cannot be compiled: %s", what,
		    strerror(-r));
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
	filter = find(&set);
	if (filter == NULL)
		filter = compile(&set, "SystemCallFilter=", &where, diag);
	psd_callset_free(&set);
	return filter;
}

struct psd_filter *
psd_filter_compile_rows(const struct psd_call_row *rows, size_t n,
    uint32_t refusal, const char *what, struct psd_diag *diag)
{
	struct psd_filter *filter;
	struct psd_callset set;

	if (psd_callset_of_rows(&set, PSD_AUDIT_ARCH, refusal, rows, n) < 0) {
		diag->out_of_memory = true;
		return NULL;
	}
	filter = compile(&set, what, NULL, diag);
	psd_callset_free(&set);
	return filter;
}

void
psd_filter_free(struct psd_filter *filter)
{
	struct shared *shared = (struct shared *)(void *)filter;

	if (shared == NULL || --shared->users > 0)
		return;
	LIST_REMOVE(shared, next);
	free(shared->filter.program.filter);
	free(shared);
}
