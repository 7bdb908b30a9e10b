/* SPDX-License-Identifier: ISC */
#ifndef PSD_CONNECT_H
#define PSD_CONNECT_H

#include "common/kind.h"

#include <systemd/sd-event.h>

/* One connection on its way. */
struct psd_connect;

/* Takes the connected socket over, or is told -errno.  Called once. */
typedef void psd_connect_done(void *cookie, int fd);

/*
 * Connects to exactly this endpoint, which was checked already, by TCP or UDP.
 * Returns a socket of the caller's in blocking mode when it is connected at
 * once, -errno when that failed, or -EINPROGRESS: then done is called from the
 * loop, with -ETIMEDOUT when usec have passed, unless *ret, valid until then,
 * is given to psd_connect_cancel() before.
 *
 * A filter that cannot be taken off pins the socket to the endpoint: nothing
 * from elsewhere is heard through it, and so no stream connected to anyone
 * else, whatever its owner does.
 */
int psd_connect_begin(sd_event *event, uint32_t protocol,
    const struct psd_endpoint *endpoint, uint64_t usec, psd_connect_done *done,
    void *cookie, struct psd_connect **ret);

/* Ends it before done was called, and frees it.  NULL is fine. */
void psd_connect_cancel(struct psd_connect *connect);

#endif
