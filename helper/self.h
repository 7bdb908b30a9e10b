/* SPDX-License-Identifier: ISC */
#ifndef PSD_SELF_H
#define PSD_SELF_H

#include "common/sealed.h"

/* What this process is like, as /proc/self has it. */

/* 0; -EBUSY: it has more than one thread; or -errno. */
int psd_self_has_one_thread(void);

/* Does the plan say that the descriptor is to be kept? */
bool psd_self_keeps(const struct psd_sealed *plan, int fd);

/*
 * Looks at every descriptor from 3 on, but for our own, which end with a
 * number below 0.  0; -EPERM, with a text that names those which the plan does
 * not keep; or -errno.
 */
int psd_self_check_descriptors(const struct psd_sealed *plan, const int *ours,
    char *ret_text, size_t size);

#endif
