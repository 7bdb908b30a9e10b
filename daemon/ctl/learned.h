/* SPDX-License-Identifier: ISC */
#ifndef PSD_CTL_LEARNED_H
#define PSD_CTL_LEARNED_H

#include "policy/learn.h"

/*
 * Writes the policy of what was learned to path, whole or not at all, after it
 * was checked, and tells what had better be known of it.  A file that is there
 * is replaced when replaces says so.  False after saying what is wrong.
 */
bool psd_ctl_learned_write(const struct psd_learn *learn, enum psd_type type,
    const char *path, bool replaces);

#endif
