/* SPDX-License-Identifier: ISC */
#ifndef TEST_NEIGHBOUR_H
#define TEST_NEIGHBOUR_H

#include <stdatomic.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * A helper that does nothing wrong, and a process of the test that lets it
 * ping its daemon a hundred times a second.
 */
struct neighbour {
	pid_t pid;
	struct neighbour_record {
		_Atomic uint32_t pings, failures;
		_Atomic uint32_t worst; /* microseconds, since the last look */
	} * record;
};

/* puppet is a connection to the helper, which the neighbour alone uses. */
void neighbour_start(struct neighbour *neighbour, int puppet);

/*
 * Waits for its next ping to be answered, which fails the test when it is
 * not, and returns the worst since the last time, in microseconds.
 */
uint32_t neighbour_worst(struct neighbour *neighbour);

void neighbour_stop(struct neighbour *neighbour);

#endif
