/* SPDX-License-Identifier: ISC */
#ifndef PSD_LANDLOCK_H
#define PSD_LANDLOCK_H

#include "policy/policy.h"

/*
 * The ruleset that helpers of one program enter: of all that Landlock
 * version abi can forbid, they may execute and read the program (exec_fd)
 * and its loader (loader_fd, or PSD_NO_FD), and read beneath the paths of
 * view.  Returns a descriptor, which is the caller's, or -errno.
 */
int psd_landlock_make(int abi, int exec_fd, int loader_fd,
    const struct psd_words *view);

#endif
