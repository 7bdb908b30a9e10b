/* SPDX-License-Identifier: ISC */
#ifndef PSD_RIGHTS_CARRIED_H
#define PSD_RIGHTS_CARRIED_H

#include "policy/rights.h"

/*
 * What a conversation has left, as it is told to a process that goes on with
 * it, by the same policy compiled again.
 */

/* A line that was narrowed to.  Nothing is judged anew but that it fits. */
struct psd_narrowed {
	const struct psd_op_row *row;
	uint32_t within; /* index of the policy's line that it is within */
	uint32_t mark;   /* its own index */
	const char *text;
};

struct psd_narrowed psd_narrowed_of(const struct psd_op_row *row,
    const struct psd_grant *line);

/* Which lines are used up: n of room marks, a byte each. */
const uint8_t *psd_rights_marks(const struct psd_rights *rights,
    uint32_t *ret_n, uint32_t *ret_room);

/* Sets them.  -EINVAL: there is no such number of them. */
int psd_rights_set_marks(struct psd_rights *rights, const uint8_t *marks,
    uint32_t n, uint32_t room);

/* Of a clone: narrowed to nothing. */
void psd_rights_forget_lines(struct psd_rights *rights);

/*
 * Adds a line to those that its operation is narrowed to.  0, -EINVAL when it
 * is malformed or does not fit, or -ENOMEM.
 */
int psd_rights_add_line(struct psd_rights *rights,
    const struct psd_policy *policy, const struct psd_narrowed *line);

/* The same of one alone, for a call that waits by it; it is the caller's. */
int psd_rights_make_line(const struct psd_rights *rights,
    const struct psd_policy *policy, const struct psd_narrowed *line,
    struct psd_narrowing **ret, const struct psd_grant **ret_grant);

/* The policy's line of that index, or NULL. */
const struct psd_grant *psd_policy_grant(const struct psd_policy *policy,
    const struct psd_op_row *row, uint32_t index);

#endif
