/* SPDX-License-Identifier: ISC */
#ifndef PSD_LOCAL_H
#define PSD_LOCAL_H

#include "daemon/call.h"

/*
 * Binds a socket of AF_UNIX, of type SOCK_STREAM (which also listens) or
 * SOCK_DGRAM, to a path that the call's grant covers, and gives its file the
 * mode and the owner that it is to have before anybody can reach it.  A socket
 * that is there is replaced.
 *
 * Returns PSD_LATER, and then calls reply once with the socket, which it takes
 * over, or -errno; or -errno.
 */
int psd_local_bind(struct psd_call *call, int type, const struct psd_str *path,
    uint32_t mode, void (*reply)(struct psd_call *call, int fd));

#endif
