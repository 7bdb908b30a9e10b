/* SPDX-License-Identifier: ISC */
#ifndef PSD_KEEPER_H
#define PSD_KEEPER_H

#include "daemon/spawn.h"

enum { PSD_KEEPER_WHY = 192 };

/*
 * In the keeper, a child of psd_namespaces_prepare() that ends after this:
 * closes every descriptor but report_fd, moves into new namespaces (the
 * network's unless keeps_network) and builds
 * the root in them.  Returns 0 and their descriptors, or -errno and one line
 * of what failed.
 */
int psd_keeper_build(int report_fd, const struct psd_words *view,
    bool keeps_network, int ret_ns[PSD_NS_COUNT], char *ret_why, size_t size);

/*
 * Its root: in a new mount namespace of ours, mnt_fd, makes a read-only file system
 * that shows the paths of view, as they are now and as its words say, and makes
 * it the namespace's root, where whoever joins it comes out.
 */
int psd_keeper_root(const struct psd_words *view, int mnt_fd, char *ret_why,
    size_t size);

#endif
