/* SPDX-License-Identifier: ISC */
#ifndef FAULTS_BOARD_H
#define FAULTS_BOARD_H

#include "tests/faults/inject.h"

#include <stdatomic.h>

enum { BOARD_CALLS_MAX = 65536 };

/*
 * What a test and its tracer share.  The test writes the plan while the daemon
 * sleeps, and then the generation, by which the tracer sees that it is new; the
 * tracer writes all else.
 */
struct board {
	_Atomic pid_t wanted; /* who is to be traced; 0: nobody yet */
	atomic_bool is_attached, has_ended;
	_Atomic int status, error;
	bool follows, waits_for_exec;

	struct inject_plan plan;
	atomic_bool is_armed, has_hit;
	_Atomic unsigned generation;
	_Atomic size_t n_calls;
	_Atomic uint64_t total;
	atomic_bool is_in_loop, has_executed, child_executed;
	struct inject_call calls[BOARD_CALLS_MAX];
};

/* The tracer's whole life. */
_Noreturn void board_trace(struct board *shared);

#endif
