/* SPDX-License-Identifier: ISC */
#ifndef PSD_CALLSET_H
#define PSD_CALLSET_H

#include "policy/callgroup.h"
#include "policy/filter.h"

/*
 * What a policy's SystemCallFilter= amounts to on one architecture: the rows
 * of its groups, one for each call it names, and those of the child's last
 * steps.  The program is made from it, and so is the verdict that the program
 * is compared with.
 */
struct psd_callset_entry {
	int number; /* on arch */
	const struct psd_call_row *row;
	unsigned order; /* among the entries, as the policy has them */
};

struct psd_callset {
	uint32_t arch;    /* AUDIT_ARCH_* */
	uint32_t refusal; /* SECCOMP_RET_* for what no row speaks of */
	int highest;      /* highest number that has a name */
	bool reports;     /* ReportOpens=: some are told before they pass */
	struct psd_callset_entry *at; /* by number, then in order */
	size_t n;
	struct psd_call_row *own_rows; /* rows that no table has; owned */
};

/*
 * Collects the rows.  numbers may be NULL: then neither execveat nor sendmsg
 * comes from it.  Returns 0 or -ENOMEM.  The words have passed
 * psd_filter_check_word(); one that has not is passed over, which refuses.
 */
int psd_callset_init(struct psd_callset *set, uint32_t arch,
    const struct psd_policy *policy, enum psd_filter_kind kind,
    const struct psd_filter_numbers *numbers);
void psd_callset_free(struct psd_callset *set);

/*
 * The same of n rows that no policy speaks of, which are the caller's and outlive
 * the set; refusal is SECCOMP_RET_* for all other calls.
 */
int psd_callset_of_rows(struct psd_callset *set, uint32_t arch,
    uint32_t refusal, const struct psd_call_row *rows, size_t n);

/* The entries of one number: the first, and how many follow each other. */
const struct psd_callset_entry *psd_callset_find(const struct psd_callset *set,
    int number, size_t *ret_n);

/* Does the row let the call pass whatever its arguments? */
bool psd_call_row_is_free(const struct psd_call_row *row);

/* Do all tests of the row hold? */
bool psd_call_row_applies(const struct psd_call_row *row,
    const uint64_t args[PSD_CALL_ARGUMENTS]);

#endif
