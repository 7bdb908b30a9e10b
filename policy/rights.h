/* SPDX-License-Identifier: ISC */
#ifndef PSD_RIGHTS_H
#define PSD_RIGHTS_H

#include "policy/policy.h"

/*
 * What one conversation has left of its policy.  It only shrinks: nothing here
 * gives back what was given up, used up or narrowed.
 */

enum {
	PSD_NARROW_LINES_MAX = 16, /* of one request */
	PSD_NARROW_ONCE_MAX = 64, /* "once" added to lines without it, in all */
};

/* Which lines with "once" are used up. */
struct psd_used;

/* Lines that a helper asked to be narrowed to; counted. */
struct psd_narrowing;

struct psd_rights {
	uint64_t given_up; /* a bit for each number of enum psd_op below 64 */
	uint32_t phase;    /* place in the policy's phases */
	struct psd_used *used;
	/* One for each row of ops.def; NULL: as the policy says. */
	struct psd_narrowing **narrowed;
};

/* Returns 0 or -ENOMEM. */
int psd_rights_init(struct psd_rights *rights, const struct psd_policy *policy);
void psd_rights_free(struct psd_rights *rights);

/*
 * What a clone of a conversation has: the same, and what either of them uses
 * up is used up for both.  0 or -ENOMEM.
 */
int psd_rights_clone(struct psd_rights *ret, const struct psd_rights *rights);

/* Goes on to the phase that origin is in, unless it is there or further. */
bool psd_rights_follow(struct psd_rights *rights,
    const struct psd_rights *origin);

/* Gives an operation up whole. */
void psd_rights_give_up(struct psd_rights *rights,
    const struct psd_op_row *row);
bool psd_rights_is_given_up(const struct psd_rights *rights,
    const struct psd_op_row *row);

/* Marks a "once" grant as used.  Called after the request succeeded. */
void psd_rights_use(struct psd_rights *rights, const struct psd_grant *grant);

/* Does a line count, neither used up nor of another phase? */
bool psd_rights_counts(const struct psd_rights *rights,
    const struct psd_grant *grant);

/*
 * Goes on to a phase of the policy's, or stays there.  -EINVAL: there is no
 * such phase; -EACCES: it is over.
 */
int psd_rights_advance(struct psd_rights *rights,
    const struct psd_policy *policy, const char *phase);

/*
 * May a request go on waiting that was allowed by grant (NULL: by none)?  No
 * when its operation was given up, or the line is of a phase that is over.
 */
bool psd_rights_still_has(const struct psd_rights *rights,
    const struct psd_op_row *row, const struct psd_grant *grant);

/*
 * Replaces, for each operation that lines speak of, what the conversation has
 * by these lines, which are written as a policy's Allow lines and come from a
 * hostile process.  All or nothing; no file is touched.  Returns 0; -EINVAL
 * when they are malformed; -EACCES when they are not certainly within what the
 * conversation has; -E2BIG when there is too much to compare; -ENOSPC after
 * PSD_NARROW_ONCE_MAX; or -ENOMEM.  diag says why.
 */
int psd_rights_narrow(struct psd_rights *rights,
    const struct psd_policy *policy, const struct psd_str *lines,
    struct psd_diag *diag);

/* The lines that an operation was narrowed to, or NULL: it was not. */
const struct psd_grants *psd_rights_narrowed(const struct psd_rights *rights,
    const struct psd_op_row *row);

/*
 * Keeps the lines that an operation is narrowed to now, for a call that waits
 * and refers to one of them.  NULL when there are none.
 */
struct psd_narrowing *psd_rights_hold(const struct psd_rights *rights,
    const struct psd_op_row *row);

/* NULL is fine. */
struct psd_narrowing *psd_narrowing_ref(struct psd_narrowing *narrowing);
void psd_narrowing_unref(struct psd_narrowing *narrowing);

#endif
