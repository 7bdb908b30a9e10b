/* SPDX-License-Identifier: ISC */
#ifndef PSD_INDEX_H
#define PSD_INDEX_H

#include "policy/arena.h"
#include "policy/policy.h"

/*
 * Finds the grants of a row that can cover a path: each is filed under the
 * part of its pattern before the first wildcard, so a look costs as many
 * steps as the path has components, however many grants there are.
 */
struct psd_index;

/* Files all grants, each of which has a pattern.  NULL: out of memory. */
struct psd_index *psd_index_new(struct psd_arena *arena,
    const struct psd_grants *grants);

/* Where a look for a path's grants is; begin with psd_index_look(). */
struct psd_index_look {
	const struct psd_grants *grants;
	const struct psd_str *path; /* normal */
	size_t len;                 /* of the prefix looked up now */
	uint64_t hash;              /* of that prefix */
	uint32_t next;              /* candidate, plus 1; 0: next prefix */
};

struct psd_index_look psd_index_look(const struct psd_grants *grants,
    const struct psd_str *path);

/* The next grant that may cover the path, or NULL. */
const struct psd_grant *psd_index_next(struct psd_index_look *look);

#endif
