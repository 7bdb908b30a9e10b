/* SPDX-License-Identifier: ISC */
#ifndef BENCH_START_H
#define BENCH_START_H

#include "daemon/spawn_child.h"

/* A child that does less than psd_spawn()'s, by the same functions. */
struct bench_own_start {
	int (*child)(void *state);
	struct psd_spawn_state *state;
};

/* Of the program alone, and with more and more of the steps before it. */
int bench_child_bare(void *state);
int bench_child_session(void *state);
int bench_child_capabilities(void *state);
int bench_child_death(void *state);

/* A start by psd_spawn(). */
struct bench_planned_start {
	struct psd_plan plan;
	struct psd_birth birth;
};

/* Once, until its end is seen: 0, or less.  n times, for a case. */
int bench_start_one(const struct bench_planned_start *planned);
double bench_start_planned(void *context, unsigned n);

/* The same by a process that has much: the group of rows. */
void bench_large_starts(const struct bench_planned_start *planned);

/*
 * A leaf of plan_rig_host's control group, which the host owns, or PSD_NO_FD.
 */
int bench_leaf_for_all(void);

/* Makes such a child n times and waits for its end; for a case. */
double bench_start_own(void *context, unsigned n);

/* Waits for a child's end and closes pidfd.  Did it exit with 0? */
bool bench_has_ended_well(int pidfd);

#endif
