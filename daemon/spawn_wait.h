/* SPDX-License-Identifier: ISC */
#ifndef PSD_SPAWN_WAIT_H
#define PSD_SPAWN_WAIT_H

#include "daemon/spawn_child.h"

/*
 * Waits until the child has executed its program, takes the listener that it
 * sent, and fills in the rest of child.  0, or -errno when there is no
 * program, or soon none: then psd_spawn_reap() is to be called.
 */
int psd_spawn_await(struct psd_spawn_state *state, int report_fd,
    struct psd_child *child);

/*
 * The listener that was sent, which is the caller's; -EAGAIN: none was, -EPIPE:
 * none will be.
 */
int psd_spawn_take_listener(int report_fd);

/* Kills the child and waits for its end: no zombie, no pidfd. */
void psd_spawn_reap(const struct psd_child *child);

#endif
