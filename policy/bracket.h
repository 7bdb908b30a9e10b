/* SPDX-License-Identifier: ISC */
#ifndef PSD_BRACKET_H
#define PSD_BRACKET_H

#include <stdbool.h>
#include <stddef.h>

/*
 * [...] of a pattern: characters, ranges, classes such as [:digit:]; ! or ^
 * after the opening bracket turns it round; ] counts as itself when it comes
 * first.
 */

/*
 * The length of the bracket expression that text (len bytes) begins with, or
 * 0 when it is not well formed.  Equivalence classes and collating symbols
 * are not: in the C locale they say nothing new.
 */
size_t psd_bracket_len(const char *text, size_t len);

/*
 * Does the expression match c?  Then ret_len is its length.  One that is not
 * well formed matches nothing.
 */
bool psd_bracket_match(const char *text, size_t len, char c, size_t *ret_len);

#endif
