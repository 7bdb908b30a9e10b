/* SPDX-License-Identifier: ISC */
#ifndef PSD_SYSCTL_H
#define PSD_SYSCTL_H

#include "common/kind.h"

/*
 * Finds /proc/sys, once, at the start.  Where there is none, settings are
 * missing: requests fail with ENOENT.
 */
void psd_sysctl_init(void);

/*
 * Opens a setting that the policy allows, with flags beside the usual ones.
 * Returns a descriptor, which is the caller's, or -errno; -EPERM where the
 * name leads out of /proc/sys or over a link.
 */
int psd_sysctl_open(const struct psd_str *setting, int flags);

#endif
