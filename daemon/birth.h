/* SPDX-License-Identifier: ISC */
#ifndef PSD_BIRTH_H
#define PSD_BIRTH_H

#include "daemon/instance.h"

/*
 * Starts the process of an instance.  kit is NULL for a helper, beside for
 * whoever has ids of its own.  0, or -errno and in ret_step what failed, as the
 * log says it; then there is no process.
 */
int psd_instance_spawn(struct psd_instance *instance, const struct psd_kit *kit,
    const struct psd_instance *beside, const char **ret_step);

#endif
