/* SPDX-License-Identifier: ISC */
#ifndef PSD_TALLY_H
#define PSD_TALLY_H

#include "common/ops.h"

/* Operations are numbered below this; times are told apart by these bounds. */
enum { PSD_TALLY_OPS = 64, PSD_TALLY_TIMES = 22 };

/*
 * What is counted of a service's requests, one by one: of a fixed size,
 * whatever helpers do, and counted without a system call.
 */
struct psd_tally {
	struct psd_tally_op {
		uint64_t allowed, refused;
	} ops[PSD_TALLY_OPS];
	struct psd_tally_time {
		uint64_t requests, sum_usec;
	} times[PSD_TALLY_TIMES];
};

void psd_tally_verdict(struct psd_tally *tally, enum psd_op op,
    bool is_allowed);

/* A request was answered, so long after the daemon was woken for it. */
void psd_tally_answer(struct psd_tally *tally, uint64_t usec);

/*
 * The longest time, in microseconds, of those that are counted as the i-th: 1,
 * 2, 4 and so on; the last has no bound, which is 0.
 */
uint64_t psd_tally_bound_usec(size_t i);

#endif
