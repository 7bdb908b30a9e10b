/* SPDX-License-Identifier: ISC */
#ifndef PSD_LANDLOCK_H
#define PSD_LANDLOCK_H

#include "policy/policy.h"

/*
 * The ruleset that helpers of one program enter: of all that Landlock
 * version abi can forbid, they may execute and read the files open on the n
 * descriptors of programs (O_PATH will do), do beneath the paths of view what
 * its words say, which is to read unless they say more, and
 * connect by TCP to port, unless that is 0.
 * Returns a descriptor, which is the caller's, or -errno.
 */
int psd_landlock_make(int abi, const int *programs, size_t n,
    const struct psd_words *view, uint16_t port);

/*
 * Lets the ports of a line, which names them, be used; right is one of
 * PSD_LANDLOCK_CONNECT_TCP and _BIND_TCP.  From version 4 on.  0 or -errno.
 */
int psd_landlock_allow_ports(int ruleset_fd, const struct psd_reach *reach,
    uint64_t right);

/* What an instance may do in a temporary file system of its own. */
uint64_t psd_landlock_temporary(int abi);

#endif
