/* SPDX-License-Identifier: ISC */
#ifndef PSD_LABEL_H
#define PSD_LABEL_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Labels: the names of things that are no files, such as users, services and
 * network interfaces.  A label is letters, digits and _ - . : @ + $ ~ only, so
 * that it needs no quoting anywhere.
 *
 * A line lists patterns joined by commas, in which * stands for any number of
 * characters and ? for one.  Labels are compared byte by byte.
 */

/* Is this a label, neither empty nor too long? */
bool psd_label_is_valid(const char *text, size_t len);

/* NULL when these are patterns, else what is wrong with them. */
const char *psd_label_wrong(const char *patterns);

/*
 * Does any of the patterns cover the label?  The work grows at most with the
 * product of both lengths.
 */
bool psd_label_match(const char *patterns, const char *text, size_t len);

/*
 * Does wider cover every label that narrower covers?  True only when that is
 * certain.  Both may be NULL.
 */
bool psd_label_contains(const char *wider, const char *narrower);

#endif
