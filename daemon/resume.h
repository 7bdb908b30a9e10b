/* SPDX-License-Identifier: ISC */
#ifndef PSD_RESUME_H
#define PSD_RESUME_H

#include "daemon/daemon.h"
#include "daemon/state.h"

/*
 * The other side of daemon/reexec.h: what this process was before it executed
 * its program anew.
 */

/*
 * Reads the state in fd, which it closes, and closes all descriptors from
 * first on that do not belong to it.  Ends this process when it is not a
 * state.
 */
struct psd_state_reader *psd_resume_read(int fd, unsigned first);

/*
 * Becomes what the state tells, in the place of all that a start does, and
 * frees it.  A rehearsal ends here, and so does a process that cannot: what it
 * was has children that nobody looks after now, and they end with it.  0 or
 * -errno otherwise.
 */
int psd_resume(struct psd_daemon *daemon, struct psd_state_reader *reader);

#endif
