/* SPDX-License-Identifier: ISC */
#ifndef PSD_DISPOSE_H
#define PSD_DISPOSE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <systemd/sd-event.h>

struct psd_instance;

/*
 * Closing a descriptor of somebody else's takes as long as he likes: the last
 * close of a socket with SO_LINGER waits for its peer, that of a file for
 * whoever serves the file system, and that of a socket with descriptors on
 * their way to it for all of these.  So it is done by a process of its own,
 * which has our descriptors and nothing else to do.  Nobody waits for it: the
 * loop looks now and then how far it is.
 */

/* Once.  0 or -errno. */
int psd_dispose_init(sd_event *event);

/*
 * Takes over these descriptors, which are closed soon, or later: when there is
 * no process for that, it is tried until there is.
 */
void psd_dispose(const int *fds, size_t n);

/* The same; an instance that sent what takes long is dropped for it. */
void psd_dispose_of(const int *fds, size_t n, struct psd_instance *sender);

/*
 * Is something that it sent still being closed?  It is not read from until
 * then, so that there is no more of it.
 */
bool psd_dispose_is_busy(const struct psd_instance *sender);

/* It is no more. */
void psd_dispose_forget(const struct psd_instance *sender);

/* How many there are that take long. */
unsigned psd_dispose_count_slow(void);

/* Are there so many that no more should be let come? */
bool psd_dispose_is_full(void);

/*
 * Kills those who close, before this process is executed anew: they would keep
 * copies of all our descriptors.  They have to be waited for all the same, by
 * whoever is told their pids, or has taken one over (0 or -errno).  What they
 * left is closed by the exec.
 */
void psd_dispose_kill(void);
void psd_dispose_tell(void (*each)(void *cookie, pid_t pid), void *cookie);
int psd_dispose_adopt(pid_t pid);

/* Kills those that still take long, at the end. */
void psd_dispose_stop(void);

#endif
