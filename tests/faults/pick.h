/* SPDX-License-Identifier: ISC */
#ifndef FAULTS_PICK_H
#define FAULTS_PICK_H

#include "tests/faults/campaign.h"
#include "tests/faults/errnos.h"

/* Which faults of a step's are tried. */

/*
 * Of the errors, or the moments of a kill, of a call.  A call that a step makes
 * again and again from one place is tried with each when it is the first or the
 * last, and those in between take turns: each of them fails, and one in four is
 * where somebody is killed.  With PSD_FAULT_EVERY=1 they, too, are tried with
 * each, which takes three times as long.
 */
enum pick_share {
	PICK_EACH,
	PICK_IN_TURN,   /* one, the next call the next one */
	PICK_AT_RANDOM, /* one */
};

enum pick_share pick_share_of(bool is_complete, bool is_edge);

/* Which of n: the first that is to be tried, and how many from it on. */
size_t pick_first(enum pick_share share, unsigned nth, size_t n,
    unsigned *seed);
size_t pick_count(enum pick_share share, size_t n);

/* Before it is made, after, both or neither: how many. */
size_t pick_kills(enum pick_share share, unsigned nth, unsigned *seed,
    enum inject_act ret[2]);

/* Makes plans of a point and tries them. */
typedef void (*pick_try)(struct campaign *campaign, const struct day_step *step,
    const struct campaign_point *point, enum pick_share share);

/*
 * With everything asked for, each point of each step that is one; else n of
 * them at random.  PSD_FAULT_STEP= names the only step to look at.
 */
void pick_points(struct campaign *campaign, bool of_children,
    bool (*is_one)(const struct day_step *step), pick_try try, size_t n);

/* A pick_try: fails with the errors that the call may have. */
void pick_errors(struct campaign *campaign, const struct day_step *step,
    const struct campaign_point *point, enum pick_share share);

/* A plan for the point. */
struct inject_plan pick_plan(const struct campaign_point *point,
    enum inject_act act);

/* Would a daemon that another test has suffer, too? */
bool pick_harms_neighbours(const struct inject_plan *plan);

/*
 * Can the call not fail, or do without it whoever makes it?  The test fails when
 * nobody has written down which errors it has.
 */
bool pick_has_no_errors(int number);

#endif
