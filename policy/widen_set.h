/* SPDX-License-Identifier: ISC */
#ifndef PSD_WIDEN_SET_H
#define PSD_WIDEN_SET_H

#include "policy/widen_line.h"

/*
 * Things of one sort, as pointers, which are put in order and each kept once,
 * so that two sets are compared by walking along both.
 */
struct psd_widen_set {
	const void **at; /* owned; what it points to is not */
	size_t n;
	size_t room;
	bool is_short; /* memory was; the report says so */
};

/* As for qsort(3): of two pointers to pointers. */
typedef int psd_widen_order(const void *a, const void *b);

void psd_widen_add(struct psd_widen_set *set, const void *item);

/*
 * Calls found for whatever is in one set only, in order; is_new: in newer.
 * Takes over both sets.
 */
void psd_widen_walk(const struct psd_widen *widen, struct psd_widen_set *older,
    struct psd_widen_set *newer, psd_widen_order *order,
    void (*found)(const struct psd_widen *widen, void *cookie, bool is_new,
	const void *item),
    void *cookie);

/*
 * For sets of strings: says on one line each what is only in newer, and what
 * only in older.  is_reach: having more widens.  Takes over both sets.
 */
void psd_widen_names(const struct psd_widen *widen, struct psd_widen_set *older,
    struct psd_widen_set *newer, const char *key, bool is_reach);

#endif
