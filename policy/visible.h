/* SPDX-License-Identifier: ISC */
#ifndef PSD_VISIBLE_H
#define PSD_VISIBLE_H

#include "policy/policy.h"

/*
 * Which fields of a user or a group a line shows: those after fields=, in a
 * line without it all of a user's, and a group's but its members.
 */

/* Can lines of the row have fields= at all? */
bool psd_visible_is_of(const struct psd_op_row *row);

/* Reads "name,uid".  NULL, or what is wrong. */
const char *psd_visible_parse(const struct psd_op_row *row, const char *word,
    uint32_t *ret);

/* Of a line without the word: PSD_SHOWS_* of common/lookup.h. */
uint32_t psd_visible_by_default(const struct psd_op_row *row);

#endif
