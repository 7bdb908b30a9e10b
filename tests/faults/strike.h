/* SPDX-License-Identifier: ISC */
#ifndef FAULTS_STRIKE_H
#define FAULTS_STRIKE_H

#include "tests/faults/board.h"

#include <sys/ptrace.h>

/* One process: what it is about to do, and what is to come of it. */
struct tracee {
	pid_t pid;
	int number;   /* of the call that it is in */
	size_t index; /* in the board, or SIZE_MAX */
	bool is_replaced, is_killed_after, is_faulted;
	bool is_changed;  /* an argument, which its caller relies on */
	unsigned changed; /* which, and what it was */
	uint64_t before;
	unsigned ordinal; /* of a child, from 1 */
	long result;
};

/* At the entry of the call that the plan is about: carries it out. */
void strike(struct board *board, struct tracee *tracee,
    const struct __ptrace_syscall_info *info);

/* Kills whom the plan names, or who makes the call. */
void strike_victim(const struct board *board, const struct tracee *tracee);

#endif
