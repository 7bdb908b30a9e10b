/* SPDX-License-Identifier: ISC */
#ifndef FAULTS_TALLY_H
#define FAULTS_TALLY_H

#include "tests/faults/inject.h"

/*
 * What was injected: a line for each, "# ping: sendto 1 ENOBUFS: dropped", and
 * their numbers at the end.
 */
struct tally {
	size_t n_faults, n_kills, n_missed, n_failed;
};

/*
 * Is this one to be tried?  PSD_FAULT_POINT="sendto 1 ENOBUFS" asks for one
 * alone, and PSD_SOAK_SHARD=1/2 for the first half of them all.
 */
bool tally_wants(const char *step, const struct inject_plan *plan);

/* It was tried, and came to what. */
void tally_add(struct tally *tally, const char *step,
    const struct inject_plan *plan, bool is_good, const char *what);

/* The test fails when one has, or there was none. */
void tally_end(const struct tally *tally);

#endif
