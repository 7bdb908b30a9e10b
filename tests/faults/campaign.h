/* SPDX-License-Identifier: ISC */
#ifndef FAULTS_CAMPAIGN_H
#define FAULTS_CAMPAIGN_H

#include "tests/faults/day.h"
#include "tests/faults/inject.h"
#include "tests/faults/tally.h"

/*
 * Faults, one after the other, in the day of one daemon, which is started again
 * when one of them has ended it.  After each: the step was answered rightly or
 * by an error; the daemon has what it had at rest; it sleeps; there is a helper
 * that answers; and the same step goes as it always does.
 */
struct campaign {
	struct day day;
	bool follows_children;
	bool is_complete; /* everything, and not a sample (PSD_SOAK=1) */
	unsigned seed;    /* of the sample (PSD_FAULT_SEED=) */
	struct tally tally;
};

enum { CAMPAIGN_POINTS_MAX = 65536 };

/* A call of a step, of which campaign_points() makes the list. */
struct campaign_point {
	int number;
	unsigned nth;
	bool of_child;
	bool executes;  /* a child that goes on to execute a program */
	uint64_t place; /* where the program makes it */
	bool is_edge;   /* for the first time, or the last */
};

/* As a plan's victim: the helper that answers us. */
enum { CAMPAIGN_HELPER = -1 };

void campaign_begin(struct campaign *campaign, bool follows_children);

/* Says how many faults were passed; the test fails when one was not. */
void campaign_end(struct campaign *campaign);

/* The next number of the sample, below limit. */
size_t campaign_random(struct campaign *campaign, size_t limit);

/*
 * Does the step as it is, and lists its calls: the daemon's own, and with
 * of_children those of its children instead.  The list is valid until the
 * next one.
 */
const struct campaign_point *campaign_points(struct campaign *campaign,
    const struct day_step *step, bool of_children, size_t *ret_n);

/* Does the step with the fault in it, judges, and prints a line. */
void campaign_try(struct campaign *campaign, const struct day_step *step,
    const struct inject_plan *plan);

#endif
