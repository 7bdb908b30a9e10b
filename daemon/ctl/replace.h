/* SPDX-License-Identifier: ISC */
#ifndef PSD_CTL_REPLACE_H
#define PSD_CTL_REPLACE_H

#include <stdio.h>

/*
 * Puts a file in the place of path at once, so that whoever reads it finds the
 * old one or the new one, whole: write fills it.  0 or -errno; then the old one
 * is there and nothing else.
 */
int psd_ctl_replace(const char *path,
    void (*write)(FILE *out, const void *cookie), const void *cookie);

#endif
