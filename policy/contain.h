/* SPDX-License-Identifier: ISC */
#ifndef PSD_CONTAIN_H
#define PSD_CONTAIN_H

#include "policy/index.h"
#include "policy/policy.h"

/*
 * What one line of a policy says beside another one of the same row.  True
 * only when that is certain.  The work grows at most with the product of both
 * patterns' lengths.
 */

/*
 * Does wider cover every request that narrower covers, and ask no more of
 * what is found?  Both are Allow lines, or both Deny lines.  Of names only:
 * the directories that the lines hold are not looked at.
 */
bool psd_grant_contains(const struct psd_op_row *row,
    const struct psd_grant *wider, const struct psd_grant *narrower);

/*
 * Is wider about everything that narrower is about, whatever either lets be
 * done with it (words of access) and asks of it (modifiers)?  One of them may
 * allow and the other deny.
 */
bool psd_grant_is_about(const struct psd_op_row *row,
    const struct psd_grant *wider, const struct psd_grant *narrower);

/*
 * Does wider, which contains narrower, also get as far in the file system?
 * Without xdev that depends on the mounts that their directories lie in, and
 * a line's own directory is nothing that it makes or removes.
 */
bool psd_grant_gets_as_far(const struct psd_grant *wider,
    const struct psd_grant *narrower);

/*
 * The lines that could contain one with this pattern, in turn: begin with
 * psd_contain_look().  glob is NULL where lines have none; the look keeps
 * pointing into it.
 */
struct psd_contain_look {
	const struct psd_grants *grants;
	struct psd_str directory;
	struct psd_index_look look;
	size_t next; /* where there is no index */
};

void psd_contain_look(const struct psd_grants *grants, const char *glob,
    struct psd_contain_look *ret);

/* The next of them, or NULL. */
const struct psd_grant *psd_contain_next(struct psd_contain_look *look);

#endif
