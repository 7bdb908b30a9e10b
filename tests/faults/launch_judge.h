/* SPDX-License-Identifier: ISC */
#ifndef FAULTS_LAUNCH_JUDGE_H
#define FAULTS_LAUNCH_JUDGE_H

#include "tests/faults/launch.h"

/* What is wrong with a daemon that a plan has happened to; NULL: nothing. */

bool launch_is_kill(const struct inject_plan *plan);

/* It has ended, and is not waited for yet.  What came of it is told. */
const char *launch_judge_end(struct launch *launch, enum launch_part part,
    const struct inject_plan *plan, char what[DAY_OUTCOME_MAX]);

/* It has started, whatever has failed. */
const char *launch_judge_life(struct day *day, const struct inject_plan *plan,
    char what[DAY_OUTCOME_MAX]);

#endif
