/* SPDX-License-Identifier: ISC */
#ifndef PSD_MEMORY_H
#define PSD_MEMORY_H

#include "daemon/instance.h"

/*
 * The memory that an instance has at the moment: that of its control group,
 * where the kernel counts it ("cgroup"), else the resident pages of its process
 * ("process").  Reads one file.  0 or -errno.
 */
int psd_instance_memory(const struct psd_instance *instance,
    uint64_t *ret_bytes, const char **ret_source);

#endif
