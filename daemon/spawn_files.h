/* SPDX-License-Identifier: ISC */
#ifndef PSD_SPAWN_FILES_H
#define PSD_SPAWN_FILES_H

#include "daemon/spawn_child.h"

/*
 * A child needs a dozen descriptors of the daemon's, which may have thousands,
 * and to copy them all and close them again took 100 ns each, and a table of that
 * size stays with the program.  So it begins with the daemon's own table, and its
 * first step is a copy of the table's beginning alone.  What it needs is lowered
 * to there: into slots that are used again for the next child when the daemon
 * waits, and else into a group of slots of its own until it has left.
 */

/* Takes low numbers for that; for psd_spawn_prepare_process().  0 or -errno. */
int psd_spawn_open_slots(void);

/*
 * Before the child is made: lowers state's descriptors, and says in it whether
 * the child shall share the table (files_end).  Without slots, or when all groups
 * are in use, it shall not.  stops_parent has been set.
 */
void psd_spawn_share_files(struct psd_spawn_state *state);

/*
 * Had another start better wait until some have left?  All groups are in use, or
 * some are and the table has to grow.
 */
bool psd_spawn_is_full(void);

/* The child has left the table, or is gone: nothing of it is kept. */
void psd_spawn_restore_slots(struct psd_spawn_state *state);

/* The same for all beside whom we run on, and who have left. */
void psd_spawn_restore_left(void);

/* Readable when one of these has left; then psd_spawn_hear() is to be called. */
int psd_spawn_bell(void);
void psd_spawn_hear(void);

/*
 * The child's step: leaves the table that it shares.  Fails also when the kernel
 * claims to have done it and has not.  0 or -errno.
 */
int psd_spawn_leave_files(struct psd_spawn_state *state);

#endif
