/* SPDX-License-Identifier: ISC */
#ifndef FAULTS_VERDICT_H
#define FAULTS_VERDICT_H

#include "tests/faults/day.h"
#include "tests/faults/inject.h"

#include <stdbool.h>

/* Does it say that a policy, or their directory, is not there? */
bool verdict_hides_files(const struct inject_plan *plan);

/* Is that how the step goes, or an error of a kind that it may tell? */
bool verdict_of_outcome(const struct day_step *step,
    const struct inject_plan *plan, const char *usual, const char *outcome);

/*
 * May the daemon end by this fault?  Where its loop or the masking of signals
 * itself fails there is nothing to go on with; a descriptor that somebody else
 * has closed is a broken promise, which it aborts upon, and so does the C
 * library; and once it has executed its program anew there is no way back.
 */
bool verdict_of_end(const struct day_step *step, const struct inject_plan *plan,
    int status);

/* Does it say that a promise is broken, on which the daemon aborts? */
bool verdict_is_broken_promise(const struct inject_plan *plan);

/* Would the fault be a lie while this helper lives? */
bool verdict_is_of_the_dead(const struct inject_plan *plan);

/* Is the program executed although this call of the child's failed? */
bool verdict_of_program(const struct inject_plan *plan);

#endif
