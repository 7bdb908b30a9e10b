/* SPDX-License-Identifier: ISC */
#ifndef PSD_NAMESPACE_H
#define PSD_NAMESPACE_H

#include "daemon/spawn.h"

/*
 * Makes the namespaces that all helpers of a service live in: a network
 * without interfaces but an unused loopback, a System V and message queue
 * namespace and a host name of its own, and a root that holds the paths of
 * view, read-only unless a word says more, and nothing else; with keeps_network the network is that of
 * the daemon.  A keeper process builds them, so that
 * they are never ours.  Returns 0 and PSD_NS_COUNT descriptors, which the
 * caller owns, or -errno and in ret_why one line of what failed.  Waits for
 * the keeper, some milliseconds, at most a few seconds.
 */
int psd_namespaces_prepare(const struct psd_words *view, bool keeps_network,
    int ret_ns[PSD_NS_COUNT], char *ret_why, size_t size);

/* Closes those that are open; leaves PSD_NO_FD. */
void psd_namespaces_close(int ns[PSD_NS_COUNT]);

#endif
