/* SPDX-License-Identifier: ISC */
#ifndef PSD_CTL_PROGRAM_H
#define PSD_CTL_PROGRAM_H

#include <limits.h>

/*
 * Finds a program as a shell does, without links in its path.  0, or the
 * status to exit with, 126 or 127, after saying why.
 */
int psd_ctl_find_program(const char *name, char ret[PATH_MAX]);

#endif
