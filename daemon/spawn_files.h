/* SPDX-License-Identifier: ISC */
#ifndef PSD_SPAWN_FILES_H
#define PSD_SPAWN_FILES_H

#include "daemon/spawn_child.h"

/*
 * A child needs a dozen descriptors of the daemon's, which may have thousands,
 * and to copy them all and close them again took 100 ns each.  So it begins with
 * the daemon's own table, while that waits, and its first step is a copy of
 * the table's beginning alone.  What it needs is lowered to there.
 */

/* Takes low numbers for that; for psd_spawn_prepare_process().  0 or -errno. */
int psd_spawn_open_slots(void);

/*
 * Before the child is made: lowers state's descriptors, and says in it whether
 * the child shall share the table (files_end).  Without slots it shall not.
 */
void psd_spawn_share_files(struct psd_spawn_state *state);

/* Once it has its program or has failed: nothing of it is kept. */
void psd_spawn_restore_slots(const struct psd_spawn_state *state);

/*
 * The child's step: leaves the table that it shares.  Fails also when the kernel
 * claims to have done it and has not.  0 or -errno.
 */
int psd_spawn_leave_files(const struct psd_spawn_state *state);

#endif
