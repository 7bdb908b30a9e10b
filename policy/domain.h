/* SPDX-License-Identifier: ISC */
#ifndef PSD_DOMAIN_H
#define PSD_DOMAIN_H

#include "common/kind.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Names of the domain name system.  Labels of letters, digits, - and _ are
 * joined by dots, upper case is lower case, and a dot at the end says nothing.
 * What could be read as an address is no name: the last label is no number.
 *
 * A pattern is a name in which * and ? are wildcards within one label, as in
 * *.example.org, and the label ** stands for any number of labels, none too.
 *
 * The one spelling that is compared has a slash before each label, so that
 * the patterns of paths do for names: "*.Example.org" is "/" "*" "/example/org".
 */
enum { PSD_DOMAIN_SIZE = PSD_HOST_MAX + 2 };

/*
 * Writes the one spelling of a name of len bytes into ret, which has room for
 * PSD_DOMAIN_SIZE.  False when it is no name.
 */
bool psd_domain_name(const char *text, size_t len, char *ret);

/* The same for a pattern.  Returns NULL, or what is wrong with it. */
const char *psd_domain_pattern(const char *text, char *ret);

/* Does a pattern cover a name?  Both in the one spelling. */
bool psd_domain_match(const char *pattern, const char *name);

/*
 * Does wider cover every name that narrower covers?  True only when that is
 * certain.  Both may be NULL.
 */
bool psd_domain_contains(const char *wider, const char *narrower);

/* Turns the one spelling into the one with dots, in place. */
void psd_domain_dot(char *name);

#endif
