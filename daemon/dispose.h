/* SPDX-License-Identifier: ISC */
#ifndef PSD_DISPOSE_H
#define PSD_DISPOSE_H

#include <stdbool.h>
#include <stddef.h>
#include <systemd/sd-event.h>

/*
 * Closing a descriptor of somebody else's takes as long as he likes: the last
 * close of a socket with SO_LINGER waits for its peer, that of a file for
 * whoever serves the file system, and that of a socket with descriptors on
 * their way to it for all of these.  So it is done by a process of its own,
 * which has our descriptors and nothing else to do.
 */

/* Once: where such processes are waited for that took longer. */
void psd_dispose_init(sd_event *event);

/*
 * Closes these descriptors, waiting a moment at most.  What takes longer is
 * closed all the same, later.
 */
void psd_dispose(const int *fds, size_t n);

/*
 * Did the last one take longer, by itself and not for want of a processor?
 * Whoever sent it is to send no more.
 */
bool psd_dispose_was_slow(void);

/* Are there so many that take long that no more should be let come? */
bool psd_dispose_is_full(void);

/*
 * Kills them, before this process is executed anew: they would keep copies of
 * all our descriptors.  They have to be waited for all the same, by whoever is
 * told their pidfds (borrowed), or has taken one over.
 */
void psd_dispose_kill(void);
void psd_dispose_tell(void (*each)(void *cookie, int pidfd), void *cookie);
void psd_dispose_adopt(int pidfd);

/* Kills those that still take long, at the end. */
void psd_dispose_stop(void);

#endif
