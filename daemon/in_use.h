/* SPDX-License-Identifier: ISC */
#ifndef PSD_IN_USE_H
#define PSD_IN_USE_H

#include "daemon/daemon.h"

/*
 * Policies of services, and of instances that were started with an older one:
 * an array to be freed, or NULL without memory.
 */
const struct psd_policy **psd_in_use_policies(const struct psd_daemon *daemon,
    size_t *ret_n);

/*
 * Takes out of the effective set what none of them calls for.  0, or -errno,
 * which was told unless it is -ENOMEM; then more than that is effective.
 */
int psd_in_use_lower_caps(const struct psd_daemon *daemon);

#endif
