/* SPDX-License-Identifier: ISC */
#ifndef FAULTS_LAUNCH_H
#define FAULTS_LAUNCH_H

#include "tests/faults/day.h"
#include "tests/faults/inject.h"
#include "tests/faults/tally.h"

/*
 * Faults and kills in the first start of a daemon, from its exec until it
 * sleeps, and in its end, from SIGTERM on: each in a daemon of its own.
 *
 * A start with a fault in it works, or the daemon says what failed and exits.
 * One that was told to end does so.  And whichever way a daemon ended, killed
 * or not: its helpers end, there is no more of it than what a good one leaves
 * (the sockets of its services), and the next one works.
 */
enum launch_part { LAUNCH_START, LAUNCH_STOP, LAUNCH_PARTS };

enum { LAUNCH_POINTS_MAX = 16384 };

struct launch_point {
	int number;
	unsigned nth;
	uint64_t first, third; /* arguments */
	bool is_edge;          /* inject_is_edge() */
};

struct launch {
	struct day day;
	bool is_complete; /* everything, and not a sample (PSD_SOAK=1) */
	unsigned seed;    /* of the sample (PSD_FAULT_SEED=) */
	struct tally tally;
	size_t n_points[LAUNCH_PARTS];
	struct launch_point points[LAUNCH_PARTS][LAUNCH_POINTS_MAX];
};

/* Lists the calls of a daemon that nothing happens to. */
void launch_begin(struct launch *launch);

void launch_end(struct launch *launch);

const char *launch_name(enum launch_part part);

/* A daemon that the plan happens to in this part; judges, prints a line. */
void launch_try(struct launch *launch, enum launch_part part,
    const struct inject_plan *plan);

#endif
