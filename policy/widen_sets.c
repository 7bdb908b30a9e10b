/* SPDX-License-Identifier: ISC */
#include "policy/widen_line.h"

#include "common/mem.h"
#include "policy/filter.h"

#include <stdio.h>
#include <string.h>

/*
 * Things of one sort, as pointers, in the order of their comparison and each
 * once, so that two sets are compared by walking along both.
 */
struct set {
	const void **at; /* owned; what it points to is not */
	size_t n;
	size_t room;
	bool is_short; /* memory was */
};

typedef int order_of(const void *a, const void *b);

/* Names collected for one line of the report each way. */
struct names {
	char text[2][PSD_TEXT_MAX / 2];
	size_t len[2];
};

static void
set_add(struct set *set, const void *item)
{
	if (set->n == set->room) {
		const size_t room = set->room == 0 ? 64 : set->room * 2;
		const void **at = reallocarray(set->at, room, sizeof(*set->at));

		if (at == NULL) {
			set->is_short = true;
			return;
		}
		set->at = at;
		set->room = room;
	}
	set->at[set->n++] = item;
}

static void
set_sort(struct set *set, order_of *order)
{
	size_t n = 0;

	if (set->n == 0)
		return;
	qsort(set->at, set->n, sizeof(*set->at), order);
	for (size_t i = 1; i < set->n; i++)
		if (order(&set->at[n], &set->at[i]) != 0)
			set->at[++n] = set->at[i];
	set->n = n + 1;
}

static void
set_free(struct set *set)
{
	free(set->at);
}

/*
 * Calls found for whatever is in one set only, in order; is_new: in newer.
 * Takes over both sets.
 */
static void
walk_difference(const struct psd_widen *widen, struct set *older,
    struct set *newer, order_of *order,
    void (*found)(const struct psd_widen *widen, void *cookie, bool is_new,
	const void *item),
    void *cookie)
{
	size_t o = 0;
	size_t n = 0;

	if (older->is_short || newer->is_short)
		psd_widen_say(widen, '~', "not compared: out of memory");
	set_sort(older, order);
	set_sort(newer, order);
	while (o < older->n || n < newer->n) {
		int way;

		if (o == older->n || n == newer->n)
			way = o == older->n ? 1 : -1;
		else
			way = order(&older->at[o], &newer->at[n]);
		if (way < 0)
			found(widen, cookie, false, older->at[o]);
		if (way > 0)
			found(widen, cookie, true, newer->at[n]);
		o += way <= 0;
		n += way >= 0;
	}
	set_free(older);
	set_free(newer);
}

static int
order_strings(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int
order_numbers(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

/* By what the lines mean, not by how they are written. */
static int
order_grants(const void *a, const void *b)
{
	const struct psd_grant *x = *(const struct psd_grant *const *)a;
	const struct psd_grant *y = *(const struct psd_grant *const *)b;
	int way = strcmp(x->glob != NULL ? x->glob : "",
	    y->glob != NULL ? y->glob : "");

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
	return way;
}

static void
say_grant(const struct psd_widen *widen, void *cookie, bool is_new,
    const void *item)
{
	const struct psd_grant *grant = item;
	const char sign = is_new != grant->is_deny ? '+' : '-';

	(void)cookie;
	psd_widen_say(widen, sign, "%s is %s (%s:%u)", grant->text,
	    is_new ? "new" : "gone", grant->where.file, grant->where.line);
}

static void
collect_grants(const struct psd_policy *policy, size_t row, struct set *set)
{
	if (policy == NULL || policy->grants == NULL)
		return;
	for (size_t i = 0; i < policy->grants[row].n; i++)
		set_add(set, &policy->grants[row].at[i]);
}

void
psd_widen_grants(const struct psd_widen *widen)
{
	for (size_t row = 0; row < psd_op_count; row++) {
		struct set older = { .at = NULL };
		struct set newer = { .at = NULL };

		collect_grants(widen->older, row, &older);
		collect_grants(widen->newer, row, &newer);
		walk_difference(widen, &older, &newer, order_grants, say_grant,
		    NULL);
	}
}

static void
add_name(const struct psd_widen *widen, void *cookie, bool is_new,
    const void *item)
{
	struct names *names = cookie;
	const size_t room = sizeof(names->text[is_new]) - names->len[is_new];
	const int n = snprintf(names->text[is_new] + names->len[is_new], room,
	    " %s", (const char *)item);

	(void)widen;
	if (n > 0)
		names->len[is_new] += (size_t)n < room ? (size_t)n : room - 1;
}

/* Says on one line each what is only in newer, and what only in older. */
static void
compare_names(const struct psd_widen *widen, struct set *older,
    struct set *newer, const char *key, bool is_reach)
{
	struct names names = { .len = { 0, 0 } };

	walk_difference(widen, older, newer, order_strings, add_name, &names);
	if (names.len[false] > 0)
		psd_widen_say(widen, is_reach ? '-' : '~',
		    "%s no longer has:%s", key, names.text[false]);
	if (names.len[true] > 0)
		psd_widen_say(widen, is_reach ? '+' : '~', "%s has besides:%s",
		    key, names.text[true]);
}

static void
collect_words(const struct psd_words *words, struct set *set)
{
	for (size_t i = 0; i < words->n; i++)
		set_add(set, words->at[i].text);
}

void
psd_widen_words(const struct psd_widen *widen, const char *key,
    const struct psd_words *older, const struct psd_words *newer)
{
	struct set sets[2] = { { .at = NULL }, { .at = NULL } };

	collect_words(older, &sets[0]);
	collect_words(newer, &sets[1]);
	compare_names(widen, &sets[0], &sets[1], key, true);
}

static void
collect_environment(const struct psd_policy *policy, struct set *set)
{
	for (char **at = policy->environment; at != NULL && *at != NULL; at++)
		set_add(set, *at);
}

void
psd_widen_environment(const struct psd_widen *widen)
{
	struct set older = { .at = NULL };
	struct set newer = { .at = NULL };

	collect_environment(widen->older, &older);
	collect_environment(widen->newer, &newer);
	compare_names(widen, &older, &newer, "Environment=", false);
}

static void
collect_listens(const struct psd_policy *policy, struct set *set)
{
	for (size_t i = 0; i < policy->n_listens; i++)
		set_add(set, policy->listens[i].text);
}

void
psd_widen_listens(const struct psd_widen *widen)
{
	struct set older = { .at = NULL };
	struct set newer = { .at = NULL };

	collect_listens(widen->older, &older);
	collect_listens(widen->newer, &newer);
	compare_names(widen, &older, &newer, "ListenStream=", true);
}

/* The names of calls are only valid while they are told, so they are kept. */
static void
keep_call(void *cookie, const char *call, const char *rule, const char *group)
{
	(void)rule;
	(void)group;
	fputs(call, cookie);
	fputc('\0', cookie);
}

static void
collect_calls(const struct psd_policy *policy, struct set *set, char **kept)
{
	size_t size = 0;
	FILE *stream = open_memstream(kept, &size);

	if (stream == NULL) {
		set->is_short = true;
		return;
	}
	psd_filter_list(policy, keep_call, stream);
	if (fclose(stream) != 0) {
		set->is_short = true;
		return;
	}
	for (size_t at = 0; at < size; at += strlen(*kept + at) + 1)
		set_add(set, *kept + at);
}

void
psd_widen_calls(const struct psd_widen *widen)
{
	_cleanup_free_ char *older_names = NULL;
	_cleanup_free_ char *newer_names = NULL;
	struct set older = { .at = NULL };
	struct set newer = { .at = NULL };

	collect_calls(widen->older, &older, &older_names);
	collect_calls(widen->newer, &newer, &newer_names);
	compare_names(widen, &older, &newer, "SystemCallFilter=", true);
}
