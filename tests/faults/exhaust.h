/* SPDX-License-Identifier: ISC */
#ifndef FAULTS_EXHAUST_H
#define FAULTS_EXHAUST_H

#include "tests/faults/allocations.h"

enum { EXHAUST_TEXT_MAX = 1 << 18 };

/* How something went that was done in this process. */
struct exhaust_outcome {
	bool is_error; /* it has said so */
	char text[EXHAUST_TEXT_MAX];
};

typedef void exhaust_perform(struct allocations *board, void *argument,
    struct exhaust_outcome *ret);

/*
 * Does it, without and then with each of its allocations failing: it must go
 * as it does without, or tell of an error, and give back all memory and
 * descriptors.  Without PSD_SOAK=1 a sample of so many allocations, seeded by
 * PSD_FAULT_SEED=, and with PSD_FAULT_PLACES=1 one of each place of ours.  Fails the test after all were tried, having said which.
 *
 * perform() is called while the board counts, and stops that itself
 * (allocations_disarm()) before it looks at what it got.
 */
void exhaust(struct allocations *board, const char *what, unsigned sample,
    exhaust_perform *perform, void *argument);

/*
 * The same, each in a child: for what uses libseccomp, which itself frees twice,
 * follows no pointer or goes on for ever in some places when it gets no memory
 * (2.5.4).  A child that ends so where libseccomp asked for memory is counted,
 * and passes, and so does memory that it loses there.
 */
void exhaust_apart(struct allocations *board, const char *what, unsigned sample,
    exhaust_perform *perform, void *argument);

/*
 * The same, each in a child that is made where the allocation fails: 20 times as
 * fast, for what changes nothing outside of this process.
 */
void exhaust_forked(struct allocations *board, const char *what,
    unsigned sample, exhaust_perform *perform, void *argument);

/*
 * Executes this program again to be watched, and returns its board there.  In
 * the process that was called first it returns NULL, and the status to exit
 * with.
 */
struct allocations *exhaust_begin(char **argv, int *ret_status);

#endif
