/* SPDX-License-Identifier: ISC */
#ifndef PSD_PROVE_VALUES_H
#define PSD_PROVE_VALUES_H

#include "policy/bpf.h"
#include "policy/callset.h"

/*
 * The arguments with which a program is tried for one call: around every
 * value that a rule names, with the upper half set and clear, and with each
 * single bit turned.
 */
enum {
	PSD_PROVE_ARGUMENTS = PSD_CALL_ARGUMENTS,
	PSD_PROVE_VALUES_MAX = 256, /* of one argument */
	PSD_PROVE_PIECES_MAX = 256,
};

struct psd_prove_values {
	const struct psd_callset_entry *entries;
	size_t n_entries;
	uint64_t at[PSD_PROVE_ARGUMENTS][PSD_PROVE_VALUES_MAX];
	unsigned n[PSD_PROVE_ARGUMENTS]; /* 0: no rule looks at it */
	/* 32-bit halves that a program may compare with or mask by. */
	uint32_t pieces[PSD_PROVE_PIECES_MAX];
	unsigned n_pieces;
	bool is_full; /* they did not fit; nothing can be proven */
};

void psd_prove_values_init(struct psd_prove_values *values,
    const struct psd_callset_entry *entries, size_t n_entries);

/*
 * Calls try for one set of arguments after the other; for a call without
 * rules, once.  Returns false as soon as try does.
 */
bool psd_prove_values_each(const struct psd_prove_values *values,
    bool (*try)(void *cookie, const uint64_t args[PSD_PROVE_ARGUMENTS]),
    void *cookie);

/*
 * Did the run look only at arguments that a rule speaks of, and compare them
 * only with what the rules name?  Then the sets tried tell all its verdicts
 * apart.
 */
bool psd_prove_values_cover(const struct psd_prove_values *values,
    const struct psd_bpf_trace *trace);

#endif
