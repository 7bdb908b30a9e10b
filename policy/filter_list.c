/* SPDX-License-Identifier: ISC */
#include "policy/filter.h"

#include "common/arch.h"
#include "policy/callset.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RULE_MAX = 512 };

static int
by_name(const void *left, const void *right)
{
	const struct psd_callset_entry *a = left;
	const struct psd_callset_entry *b = right;
	const int order = strcmp(a->row->call, b->row->call);

	if (order != 0)
		return order;
	return a->order < b->order ? -1 : 1;
}

/* Do both rows let the same calls pass? */
static bool
is_same(const struct psd_call_row *a, const struct psd_call_row *b)
{
	size_t i;

	for (i = 0; i <= PSD_CALL_TESTS_MAX; i++) {
		if (a->tests[i].kind != b->tests[i].kind ||
		    a->tests[i].argument != b->tests[i].argument ||
		    a->tests[i].value != b->tests[i].value)
			return false;
		if (a->tests[i].kind == PSD_TEST_end)
			return true;
	}
	return true;
}

/*
 * Does another entry of the same call say as much: one without tests, or one
 * before this that is the same?
 */
static bool
is_said(const struct psd_callset_entry *entries, size_t n, size_t at)
{
	const bool is_free = psd_call_row_is_free(entries[at].row);
	size_t i;

	for (i = 0; i < n; i++) {
		if (!is_free && psd_call_row_is_free(entries[i].row))
			return true;
		if (i < at && entries[i].row->error == 0 &&
		    is_same(entries[i].row, entries[at].row))
			return true;
	}
	return false;
}

/* "cmd = F_GETFD: asks for close-on-exec". */
static void
print_rule(char *ret, size_t size, const struct psd_call_row *row)
{
	const struct psd_call_test *test;
	size_t at = 0;

	for (test = row->tests; test->kind != PSD_TEST_end && at < size; test++)
		at += (size_t)snprintf(&ret[at], size - at, "%s%s",
		    test == row->tests ? "" : ", ", test->text);
	if (at < size)
		(void)snprintf(&ret[at], size - at, "%s%s", at > 0 ? ": " : "",
		    row->reason);
}

static void
list_call(const struct psd_callset_entry *entries, size_t n,
    void (*line)(void *cookie, const char *call, const char *rule,
	const char *group),
    void *cookie)
{
	char rule[RULE_MAX];
	size_t i;

	for (i = 0; i < n; i++) {
		const struct psd_call_row *row = entries[i].row;

		if (row->error != 0 || is_said(entries, n, i))
			continue;
		print_rule(rule, sizeof(rule), row);
		line(cookie, row->call, rule, psd_call_group_name(row->group));
	}
}

int
psd_filter_list(const struct psd_policy *policy,
    void (*line)(void *cookie, const char *call, const char *rule,
	const char *group),
    void *cookie)
{
	struct psd_callset set;
	size_t at = 0;

	if (psd_callset_init(&set, PSD_AUDIT_ARCH, policy, PSD_FILTER_PLAIN,
		NULL) < 0)
		return -ENOMEM;
	qsort(set.at, set.n, sizeof(*set.at), by_name);
	while (at < set.n) {
		size_t n = 1;

		while (at + n < set.n &&
		    set.at[at + n].number == set.at[at].number)
			n++;
		list_call(&set.at[at], n, line, cookie);
		at += n;
	}
	psd_callset_free(&set);
	return 0;
}
