/* SPDX-License-Identifier: ISC */
#ifndef PSD_GLOB_H
#define PSD_GLOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Path patterns: absolute, matched component by component and byte by byte,
 * in each component * ? and [...] as in fnmatch(3), in the C locale; a leading
 * dot is nothing special and a backslash stands for itself.  The component **
 * stands for any number of components, none too.
 */

enum {
	PSD_GLOB_MAX = 3 * 4095,       /* bytes of a pattern */
	PSD_GLOB_COMPONENTS_MAX = 255, /* of a pattern, and of a path */
};

/* NULL when glob is a well-formed pattern, else what is wrong with it. */
const char *psd_glob_wrong(const char *glob);

/*
 * Can any pattern cover path (len bytes)?  It must be normal (policy/path.h)
 * and not have too many components.
 */
bool psd_glob_can_cover(const char *path, size_t len);

/*
 * Does a well-formed pattern cover path?  The work grows at most with the
 * product of both lengths.
 */
bool psd_glob_match(const char *glob, const char *path, size_t len);

/*
 * The same for a path that a pattern can cover, where the directory that the
 * pattern is in, or one above it, is known: its first dir_len bytes, without
 * wildcards.  So a request is compared with a pattern's beginning at once.
 */
bool psd_glob_match_in(const char *glob, size_t dir_len, const char *path,
    size_t len);

/*
 * The length of the components before the first one with a wildcard, without
 * the slash behind them (but "/" for the root); all of it when there is none.
 */
size_t psd_glob_literal_len(const char *glob);

/* The directory that everything covered lies in, or is: its length in glob. */
size_t psd_glob_directory_len(const char *glob);

/*
 * Writes the pattern that covers path and nothing else into ret; PSD_GLOB_MAX
 * + 1 always suffice.  Returns its length.
 */
size_t psd_glob_quote(const char *path, size_t len, char *ret);

/* How many patterns were tried so far; for tests. */
uint64_t psd_glob_tried(void);

#endif
