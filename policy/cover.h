/* SPDX-License-Identifier: ISC */
#ifndef PSD_COVER_H
#define PSD_COVER_H

#include <stdbool.h>
#include <stddef.h>

/* What two well-formed path patterns (policy/glob.h) have in common. */

/*
 * Does wider match every path that narrower matches?  True only when that is
 * certain.  The work grows at most with the product of both lengths.
 */
bool psd_cover_contains(const char *wider, const char *narrower);

/*
 * Is there a path that both match?  place is a simple pattern: it has no
 * wildcards but * and **, at most PSD_COVER_COMPONENTS_MAX components, and
 * none of more than PSD_COVER_COMPONENT_MAX bytes; for others the answer is
 * no.
 */
enum { PSD_COVER_COMPONENTS_MAX = 32, PSD_COVER_COMPONENT_MAX = 255 };
bool psd_cover_meets(const char *glob, const char *place);

/*
 * Writes a simple pattern into ret that matches whatever both match, and
 * nothing beyond place: place itself, with the names that glob has where
 * place has a wildcard, up to the first ** of either.  False when there is no
 * room.
 */
bool psd_cover_narrow(const char *glob, const char *place, char *ret,
    size_t size);

/*
 * The length of the shortest path that glob could match, and in ret_component
 * that of the longest component it must have.
 */
size_t psd_cover_shortest(const char *glob, size_t *ret_component);

#endif
