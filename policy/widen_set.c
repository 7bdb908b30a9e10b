/* SPDX-License-Identifier: ISC */
#include "policy/widen_set.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Names collected for one line of the report each way. */
struct names {
	char text[2][PSD_TEXT_MAX / 2];
	size_t len[2];
};

void
psd_widen_add(struct psd_widen_set *set, const void *item)
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
set_sort(struct psd_widen_set *set, psd_widen_order *order)
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
set_free(struct psd_widen_set *set)
{
	free(set->at);
}

void
psd_widen_walk(const struct psd_widen *widen, struct psd_widen_set *older,
    struct psd_widen_set *newer, psd_widen_order *order,
    void (*found)(const struct psd_widen *widen, void *cookie, bool is_new,
	const void *item),
    void *cookie)
{
	size_t o = 0;
	size_t n = 0;

	/* Of a part alone nothing could be said, and the rest may widen. */
	if (older->is_short || newer->is_short) {
		psd_widen_say(widen, '+', "not compared: out of memory");
		older->n = newer->n = 0;
	}
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

static void
add_name(const struct psd_widen *widen, void *cookie, bool is_new,
    const void *item)
{
	struct names *names = cookie;
	const size_t room = sizeof(names->text[is_new]) - names->len[is_new];
	const int n = snprintf(names->text[is_new] + names->len[is_new], room,
	    "%s %s", names->len[is_new] > 0 ? "," : "", (const char *)item);

	(void)widen;
	if (n > 0)
		names->len[is_new] += (size_t)n < room ? (size_t)n : room - 1;
}

void
psd_widen_names(const struct psd_widen *widen, struct psd_widen_set *older,
    struct psd_widen_set *newer, const char *key, bool is_reach)
{
	struct names names = { .len = { 0, 0 } };

	psd_widen_walk(widen, older, newer, order_strings, add_name, &names);
	if (names.len[false] > 0)
		psd_widen_say(widen, is_reach ? '-' : '~',
		    "%s no longer has:%s", key, names.text[false]);
	if (names.len[true] > 0)
		psd_widen_say(widen, is_reach ? '+' : '~', "%s has besides:%s",
		    key, names.text[true]);
}
