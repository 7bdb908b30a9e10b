/* SPDX-License-Identifier: ISC */
#ifndef PSD_CTL_OBSERVE_PATH_H
#define PSD_CTL_OBSERVE_PATH_H

#include "common/kind.h"

#include <limits.h>
#include <stdbool.h>
#include <sys/stat.h>

/* A path that a call names, and what there is at that moment. */
struct psd_observe_path {
	char path[PATH_MAX]; /* normal (policy/path.h) */
	struct stat status;
	bool exists;
	bool is_link; /* the last component; then status is where it leads */
};

/* False when it is none that could be named to others. */
bool psd_observe_path(const struct psd_bytes *bytes,
    struct psd_observe_path *ret);

/* May the caller, R_OK and the like?  May it make what is not there? */
bool psd_observe_may(const struct psd_observe_path *named, int mode);
bool psd_observe_may_make(const struct psd_observe_path *named);

#endif
