/* SPDX-License-Identifier: ISC */
#ifndef PSD_GROUP_H
#define PSD_GROUP_H

#include "policy/build.h"

/*
 * Adds the paths of a file group ("@runtime",
 * "@names") that exist to the policy's
 * view: the helper sees them itself, the daemon opens nothing.
 */
void psd_group_take(struct psd_build *build, const char *name,
    const struct psd_setting *setting);

/*
 * For the manual and for whoever explains: a group's paths and the reason for
 * each.  NULL in path ends it.
 */
struct psd_group_path {
	const char *path;
	const char *reason;
};
extern const struct psd_group_path psd_group_runtime[];
extern const struct psd_group_path psd_group_names[];

#endif
