/* SPDX-License-Identifier: ISC */
#ifndef PSD_DISTANCE_H
#define PSD_DISTANCE_H

#include "common/kind.h"

/* How far a field moves the clock, which max= of a grant bounds. */

enum { PSD_DISTANCE_TEXT_MAX = 32 };

/* Is kind one of those that say it: offset, or moment (from now)? */
bool psd_distance_is_of(enum psd_kind kind);

/* The distance in nanoseconds, whichever way; value is the field's. */
uint64_t psd_distance(enum psd_kind kind, int64_t value);

/*
 * Reads "500ms" behind max=.  Returns NULL, or what is wrong with it.
 */
const char *psd_distance_parse(const char *text, uint64_t *ret_nsec);

/*
 * The shortest max= that covers nsec, for pasting: "max=1500us".  That of a
 * moment grows while it is pasted, so is_moving gives it a minute more.
 */
void psd_distance_print(uint64_t nsec, bool is_moving,
    char ret[PSD_DISTANCE_TEXT_MAX]);

#endif
