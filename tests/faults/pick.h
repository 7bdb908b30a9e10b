/* SPDX-License-Identifier: ISC */
#ifndef FAULTS_PICK_H
#define FAULTS_PICK_H

#include "tests/faults/campaign.h"
#include "tests/faults/errnos.h"

/* Which faults of a step's are tried. */

/* Makes plans of a point and tries them, or with one_of_them one at random. */
typedef void (*pick_try)(struct campaign *campaign, const struct day_step *step,
    const struct campaign_point *point, bool one_of_them);

/*
 * With everything asked for, each point of each step that is one; else n of
 * them at random.  PSD_FAULT_STEP= names the only step to look at.
 */
void pick_points(struct campaign *campaign, bool of_children,
    bool (*is_one)(const struct day_step *step), pick_try try, size_t n);

/* A pick_try: fails with each error that the call may have. */
void pick_errors(struct campaign *campaign, const struct day_step *step,
    const struct campaign_point *point, bool one_of_them);

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
