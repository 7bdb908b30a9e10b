/* SPDX-License-Identifier: ISC */
#include "policy/widen_set.h"

#include "common/arch.h"
#include "common/mem.h"
#include "common/stream.h"
#include "policy/callset.h"
#include "policy/contain.h"
#include "policy/phase.h"
#include "policy/reach.h"

#include <stdio.h>
#include <string.h>

static int
order_numbers(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static int
order_texts(const char *a, const char *b)
{
	return strcmp(a != NULL ? a : "", b != NULL ? b : "");
}

/* Two lines that are about the same things, or not. */
static int
order_things(const struct psd_grant *x, const struct psd_grant *y)
{
	int way = order_texts(x->glob, y->glob);

	if (way == 0)
		way = order_texts(x->setting, y->setting);
	if (way == 0)
		way = order_texts(x->labels, y->labels);
	if (way == 0)
		way = order_numbers(x->protocols, y->protocols);
	if (way == 0)
		way = psd_reach_order(x->reach, y->reach);
	return way;
}

/* By what the lines mean, not by how they are written. */
static int
order_grants(const void *a, const void *b)
{
	const struct psd_grant *x = *(const struct psd_grant *const *)a;
	const struct psd_grant *y = *(const struct psd_grant *const *)b;
	int way = order_things(x, y);

	if (way == 0)
		way = order_numbers(x->is_deny, y->is_deny);
	if (way == 0)
		way = order_numbers(x->access, y->access);
	if (way == 0)
		way = order_numbers(x->priority, y->priority);
	if (way == 0)
		way = order_numbers(x->modifiers, y->modifiers);
	if (way == 0 && (x->modifiers & PSD_MODIFIER_OWNER) != 0)
		way = order_numbers(x->owner, y->owner);
	if (way == 0)
		way = order_numbers(x->max_nsec, y->max_nsec);
	if (way == 0)
		way = order_texts(x->phase, y->phase);
	return way;
}

/*
 * The older policy's line that allowed all of this one, or NULL.  One more
 * line with once is one more request.
 */
static const struct psd_grant *
find_wider(const struct psd_widen *widen, const struct psd_op_row *row,
    const struct psd_grant *grant)
{
	const struct psd_grant *older;
	struct psd_contain_look look;

	if (widen->older == NULL || grant->is_deny)
		return NULL;
	psd_contain_look(&widen->older->grants[row - psd_op_rows], grant->glob,
	    &look);
	do
		older = psd_contain_next(&look);
	while (older != NULL &&
	    (older->is_deny || (older->modifiers & PSD_MODIFIER_ONCE) != 0 ||
		!psd_grant_contains(row, older, grant) ||
		!psd_grant_gets_as_far(older, grant)));
	return older;
}

static void
say_grant(const struct psd_widen *widen, void *cookie, bool is_new,
    const void *item)
{
	const struct psd_op_row *const *row = cookie;
	const struct psd_grant *grant = item;
	const struct psd_grant *wider =
	    is_new ? find_wider(widen, *row, grant) : NULL;
	const char sign = is_new != grant->is_deny ? '+' : '-';

	if (wider != NULL)
		psd_widen_say(widen, '~',
		    "%s is new (%s:%u), and no more than %s was", grant->text,
		    grant->where.file, grant->where.line, wider->text);
	else
		psd_widen_say(widen, sign, "%s is %s (%s:%u)", grant->text,
		    is_new ? "new" : "gone", grant->where.file,
		    grant->where.line);
}

static void
collect_grants(const struct psd_policy *policy, size_t row,
    struct psd_widen_set *set)
{
	if (policy == NULL || policy->grants == NULL)
		return;
	for (size_t i = 0; i < policy->grants[row].n; i++)
		psd_widen_add(set, &policy->grants[row].at[i]);
}

void
psd_widen_grants(const struct psd_widen *widen)
{
	for (size_t i = 0; i < psd_op_count; i++) {
		const struct psd_op_row *row = &psd_op_rows[i];
		struct psd_widen_set older = { .at = NULL };
		struct psd_widen_set newer = { .at = NULL };

		collect_grants(widen->older, i, &older);
		collect_grants(widen->newer, i, &newer);
		psd_widen_walk(widen, &older, &newer, order_grants, say_grant,
		    &row);
	}
}

static void
collect_words(const struct psd_words *words, struct psd_widen_set *set)
{
	for (size_t i = 0; i < words->n; i++)
		psd_widen_add(set,
		    words->at[i].shown != NULL ? words->at[i].shown
					       : words->at[i].text);
}

void
psd_widen_words(const struct psd_widen *widen, const char *key,
    const struct psd_words *older, const struct psd_words *newer)
{
	struct psd_widen_set sets[2] = { { .at = NULL }, { .at = NULL } };

	collect_words(older, &sets[0]);
	collect_words(newer, &sets[1]);
	psd_widen_names(widen, &sets[0], &sets[1], key, true);
}

static void
compare(const struct psd_widen *widen,
    void (*collect)(const struct psd_policy *policy, struct psd_widen_set *set),
    const char *key, bool is_reach)
{
	struct psd_widen_set older = { .at = NULL };
	struct psd_widen_set newer = { .at = NULL };

	collect(widen->older, &older);
	collect(widen->newer, &newer);
	psd_widen_names(widen, &older, &newer, key, is_reach);
}

static void
collect_environment(const struct psd_policy *policy, struct psd_widen_set *set)
{
	for (char **at = policy->environment; at != NULL && *at != NULL; at++)
		psd_widen_add(set, *at);
}

void
psd_widen_environment(const struct psd_widen *widen)
{
	compare(widen, collect_environment, "Environment=", false);
}

static void
collect_listens(const struct psd_policy *policy, struct psd_widen_set *set)
{
	for (size_t i = 0; i < policy->n_listens; i++)
		psd_widen_add(set, policy->listens[i].text);
}

void
psd_widen_listens(const struct psd_widen *widen)
{
	compare(widen, collect_listens, "ListenStream=", true);
}

static void
collect_clients(const struct psd_policy *policy, struct psd_widen_set *set)
{
	for (size_t i = 0; i < policy->n_clients; i++)
		psd_widen_add(set, policy->clients[i].text);
}

void
psd_widen_clients(const struct psd_widen *widen)
{
	compare(widen, collect_clients, "Clients=", true);
}

static bool
has_free_row(const struct psd_callset *set, int number)
{
	const struct psd_callset_entry *entry;
	size_t n;

	entry = psd_callset_find(set, number, &n);
	for (size_t i = 0; i < n; i++)
		if (entry[i].row->error == 0 &&
		    psd_call_row_is_free(entry[i].row))
			return true;
	return false;
}

/* "socket", or "fcntl(cmd = F_GETFD)" where that is all that passes. */
static void
print_call(FILE *stream, const struct psd_call_row *row)
{
	const struct psd_call_test *test = row->tests;

	fputs(row->call, stream);
	for (; test->kind != PSD_TEST_end; test++)
		fprintf(stream, "%s%s", test == row->tests ? "(" : ", ",
		    test->text);
	if (test != row->tests)
		fputc(')', stream);
	fputc('\0', stream);
}

static void
print_calls(FILE *stream, const struct psd_callset *set)
{
	for (size_t i = 0; i < set->n; i++) {
		const struct psd_callset_entry *entry = &set->at[i];

		if (entry->row->error != 0)
			continue;
		if (psd_call_row_is_free(entry->row) ||
		    !has_free_row(set, entry->number))
			print_call(stream, entry->row);
	}
}

/* kept receives what set then points into; the caller frees it. */
static void
collect_calls(const struct psd_policy *policy, struct psd_widen_set *set,
    char **kept)
{
	struct psd_callset calls;
	struct psd_stream names;
	FILE *stream;

	set->is_short = true;
	if (psd_callset_init(&calls, PSD_AUDIT_ARCH, policy, PSD_FILTER_PLAIN,
		NULL) < 0)
		return;
	stream = psd_stream_open(&names);
	if (stream != NULL)
		print_calls(stream, &calls);
	psd_callset_free(&calls);
	if (stream == NULL || fclose(stream) != 0)
		names.is_short = true;
	*kept = names.text;
	set->is_short = names.is_short;
	for (size_t at = 0; at < names.len && !set->is_short;
	     at += strlen(names.text + at) + 1)
		psd_widen_add(set, names.text + at);
}

void
psd_widen_calls(const struct psd_widen *widen)
{
	_cleanup_free_ char *older_names = NULL;
	_cleanup_free_ char *newer_names = NULL;
	struct psd_widen_set older = { .at = NULL };
	struct psd_widen_set newer = { .at = NULL };

	collect_calls(widen->older, &older, &older_names);
	collect_calls(widen->newer, &newer, &newer_names);
	psd_widen_names(widen, &older, &newer, "SystemCallFilter=", true);
}

static void
print_phases(const struct psd_policy *policy, char *ret, size_t size)
{
	size_t len = 0;

	(void)snprintf(ret, size, "%s", policy->phases.n == 0 ? "none" : "");
	for (size_t i = 0; i < policy->phases.n && len < size; i++)
		len += (size_t)snprintf(ret + len, size - len, "%s%s",
		    i == 0 ? "" : " ", policy->phases.at[i].text);
}

/* Lines of a phase are told by themselves; this is about the order. */
void
psd_widen_phases(const struct psd_widen *widen)
{
	char older[PSD_PHASES_TEXT_MAX], newer[PSD_PHASES_TEXT_MAX];

	print_phases(widen->older, older, sizeof(older));
	print_phases(widen->newer, newer, sizeof(newer));
	if (strcmp(older, newer) != 0)
		psd_widen_say(widen, '~', "Phases= was %s, is %s", older,
		    newer);
}
