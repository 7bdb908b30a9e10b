/* SPDX-License-Identifier: ISC */
#include "policy/callset.h"

#include "common/mem.h"
#include "policy/callname.h"
#include "policy/ports.h"
#include "policy/view.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <string.h>

/*
 * Rows for execveat and sendmsg, besides one for each word; groups that no word
 * names.
 */
enum { LAST_STEPS = 2, IMPLIED_GROUPS = 10 };

bool
psd_call_row_is_free(const struct psd_call_row *row)
{
	return row->error == 0 && row->tests[0].kind == PSD_TEST_end;
}

static bool
holds(const struct psd_call_test *test, const uint64_t args[PSD_CALL_ARGUMENTS])
{
	const uint64_t whole = args[test->argument];
	const uint32_t lower = (uint32_t)whole;

	switch (test->kind) {
	case PSD_TEST_int_is:
		return lower == test->value;
	case PSD_TEST_int_within:
		return (lower | test->value) == test->value;
	case PSD_TEST_int_lacks:
		return (lower & test->value) == 0;
	case PSD_TEST_long_is:
		return whole == test->value;
	case PSD_TEST_long_within:
		return (whole | test->value) == test->value;
	case PSD_TEST_end:
	default:
		return false;
	}
}

bool
psd_call_row_applies(const struct psd_call_row *row,
    const uint64_t args[PSD_CALL_ARGUMENTS])
{
	const struct psd_call_test *test;

	for (test = row->tests; test->kind != PSD_TEST_end; test++) {
		if (!holds(test, args))
			return false;
	}
	return true;
}

static uint32_t
refusal_of(const struct psd_policy *policy, enum psd_filter_kind kind)
{
	if (kind == PSD_FILTER_NOTIFY)
		return SECCOMP_RET_USER_NOTIF;
	switch (policy->on_violation) {
	case PSD_VIOLATION_ERRNO:
		return SECCOMP_RET_ERRNO | EPERM;
	case PSD_VIOLATION_LOG:
		return SECCOMP_RET_LOG;
	case PSD_VIOLATION_KILL:
	default:
		return SECCOMP_RET_KILL_PROCESS;
	}
}

static void
add(struct psd_callset *set, const struct psd_call_row *row)
{
	const int number = psd_call_number(set->arch, row->call);
	struct psd_callset_entry *entry = &set->at[set->n];

	if (number < 0)
		return;
	entry->number = number;
	entry->row = row;
	entry->order = (unsigned)set->n;
	set->n++;
}

/*
 * With ReportOpens= these are told and then let pass, by whoever has the
 * listener, which knows them by the filter without one.
 */
static bool
is_reported(const struct psd_call_row *row)
{
	static const char *const reported[] = { "open", "openat", "openat2",
		"creat", "execve", "execveat", "connect" };

	for (size_t i = 0; i < PSD_ELEMENTS(reported); i++)
		if (strcmp(row->call, reported[i]) == 0)
			return row->error == 0;
	return false;
}

/* What the policy lets pass: a row that is left out meets the refusal. */
static void
add_allowed(struct psd_callset *set, const struct psd_call_row *row)
{
	if (!set->reports || !is_reported(row))
		add(set, row);
}

static void
add_group(struct psd_callset *set, enum psd_call_group_id group)
{
	size_t i;

	for (i = 0; i < psd_call_row_count; i++) {
		if (psd_call_rows[i].group == group)
			add_allowed(set, &psd_call_rows[i]);
	}
}

static void
add_words(struct psd_callset *set, const struct psd_words *words)
{
	size_t i;

	for (i = 0; i < words->n; i++) {
		const char *word = words->at[i].text;
		const enum psd_call_group_id group = psd_call_group_find(word);
		struct psd_call_row *row = &set->own_rows[i];

		if (group != PSD_CALLS_single) {
			add_group(set, group);
			continue;
		}
		row->group = PSD_CALLS_single;
		row->call = word;
		row->reason = "named by the policy";
		add_allowed(set, row);
	}
}

/*
 * The one exec, of a descriptor number that does not exist any more after it,
 * with the path at an address that only the daemon knows.
 */
static void
fill_exec(struct psd_call_row *row, const struct psd_filter_numbers *numbers)
{
	const struct psd_call_test fd = { PSD_TEST_int_is, 0,
		(uint32_t)numbers->exec_fd, "fd = the program" };
	const struct psd_call_test flags = { PSD_TEST_int_is, 4, AT_EMPTY_PATH,
		"flags = AT_EMPTY_PATH" };
	const struct psd_call_test path = { PSD_TEST_long_is, 1,
		(uintptr_t)numbers->exec_path, "path = the daemon's" };

	row->call = "execveat";
	row->reason = "the one exec, of the program";
	row->tests[0] = fd;
	row->tests[1] = flags;
	if (numbers->exec_path != NULL)
		row->tests[2] = path;
}

/* Rows end where they are zero. */
static void
fill_report(struct psd_call_row *row, const struct psd_filter_numbers *numbers)
{
	const struct psd_call_test fd = { PSD_TEST_int_is, 0,
		(uint32_t)numbers->report_fd, "fd = the report socket" };

	row->call = "sendmsg";
	row->reason = "hands the listener to the daemon before the exec";
	row->tests[0] = fd;
}

/* The calls between the filter and the program's first instruction. */
static void
add_last_steps(struct psd_callset *set, struct psd_call_row *rows,
    enum psd_filter_kind kind, const struct psd_filter_numbers *numbers)
{
	if (numbers->exec_fd >= 0) {
		fill_exec(&rows[0], numbers);
		add(set, &rows[0]);
	}
	if (kind != PSD_FILTER_NOTIFY)
		return;
	fill_report(&rows[1], numbers);
	add(set, &rows[1]);
}

static int
by_number(const void *left, const void *right)
{
	const struct psd_callset_entry *a = left;
	const struct psd_callset_entry *b = right;

	if (a->number != b->number)
		return a->number < b->number ? -1 : 1;
	return a->order < b->order ? -1 : 1;
}

/* Those that follow from other lines than SystemCallFilter=. */
static void
add_implied(struct psd_callset *set, const struct psd_policy *policy)
{
	if (policy->may_exec.n > 0)
		add_group(set, PSD_CALLS_exec);
	if (psd_view_is_writable(policy))
		add_group(set, PSD_CALLS_write);
	if (policy->temporary != NULL)
		add_group(set, PSD_CALLS_temporary);
	if (psd_ports_first(policy) != NULL) {
		add_group(set, PSD_CALLS_network_io);
		add_group(set, PSD_CALLS_tcp);
	}
	if (psd_ports_find(policy, PSD_OP_bind)->n > 0)
		add_group(set, PSD_CALLS_bind);
	if (policy->is_resolver)
		add_group(set, PSD_CALLS_lookup);
	if (policy->is_relay)
		add_group(set, PSD_CALLS_relay);
	if (policy->is_watcher)
		add_group(set, PSD_CALLS_watch);
}

int
psd_callset_init(struct psd_callset *set, uint32_t arch,
    const struct psd_policy *policy, enum psd_filter_kind kind,
    const struct psd_filter_numbers *numbers)
{
	const size_t words = policy->calls.n;

	memset(set, 0, sizeof(*set));
	set->arch = arch;
	set->refusal = refusal_of(policy, kind);
	set->reports = policy->reports_opens && kind == PSD_FILTER_NOTIFY;
	set->highest = psd_call_highest(arch);
	/* A group written several times counts several times. */
	set->at =
	    calloc((words + IMPLIED_GROUPS) * psd_call_row_count + LAST_STEPS,
		sizeof(*set->at));
	set->own_rows = calloc(words + LAST_STEPS, sizeof(*set->own_rows));
	if (set->at == NULL || set->own_rows == NULL) {
		psd_callset_free(set);
		return -ENOMEM;
	}
	add_group(set, PSD_CALLS_always);
	add_words(set, &policy->calls);
	add_implied(set, policy);
	if (numbers != NULL)
		add_last_steps(set, &set->own_rows[words], kind, numbers);
	qsort(set->at, set->n, sizeof(*set->at), by_number);
	return 0;
}

int
psd_callset_of_rows(struct psd_callset *set, uint32_t arch, uint32_t refusal,
    const struct psd_call_row *rows, size_t n)
{
	*set = (struct psd_callset){
		.arch = arch,
		.refusal = refusal,
		.highest = psd_call_highest(arch),
		.at = calloc(n + 1, sizeof(*set->at)),
	};
	if (set->at == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		add(set, &rows[i]);
	qsort(set->at, set->n, sizeof(*set->at), by_number);
	return 0;
}

void
psd_callset_free(struct psd_callset *set)
{
	free(set->at);
	free(set->own_rows);
	set->at = NULL;
	set->own_rows = NULL;
	set->n = 0;
}

const struct psd_callset_entry *
psd_callset_find(const struct psd_callset *set, int number, size_t *ret_n)
{
	size_t low = 0;
	size_t high = set->n;
	size_t n = 0;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (set->at[middle].number < number)
			low = middle + 1;
		else
			high = middle;
	}
	while (low + n < set->n && set->at[low + n].number == number)
		n++;
	*ret_n = n;
	return n > 0 ? &set->at[low] : NULL;
}
