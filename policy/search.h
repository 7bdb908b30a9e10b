/* SPDX-License-Identifier: ISC */
#ifndef PSD_SEARCH_H
#define PSD_SEARCH_H

#include "policy/file.h"

#include <dirent.h>
#include <stdbool.h>

enum { PSD_SEARCH_NAME_MAX = 64 };

/* Letters, digits, - and _: may a policy be called so? */
bool psd_search_is_name(const char *name, size_t len);

/*
 * The next entry of a directory, which diag calls dir; NULL at its end, and
 * when it cannot be read further, which is an error.
 */
const struct dirent *psd_search_next(DIR *entries, const char *dir,
    struct psd_diag *diag);

/* Where the files of a policy are. */
struct psd_search {
	/* One or the other: NAME.policy in the first directory that has it. */
	const char *const *dirs;
	const char *name;
	/* This file. */
	const char *path;

	enum psd_file_trust trust;
};

/*
 * Calls take for the main file, then for each drop-in in the order of their
 * names.  A drop-in hides those of the same name in later directories; a link
 * to /dev/null hides without adding anything.  PSD_FOUND_BAD when any file
 * could not be read.
 */
enum psd_found psd_search_files(const struct psd_search *search,
    void (*take)(void *cookie, const char *path, const struct psd_file *file),
    void *cookie, struct psd_diag *diag);

#endif
