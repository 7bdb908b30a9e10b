/* SPDX-License-Identifier: ISC */
#ifndef FAULTS_PLACES_H
#define FAULTS_PLACES_H

#include <stdbool.h>
#include <stdint.h>

/*
 * With PSD_FAULT_PLACES=1 (make coverage) the allocations that fail are not
 * chosen at random: at each place of our code that asks for memory one fails.
 * A place is a number that is made of the return addresses of ours that stand
 * on the stack.
 */
bool places_are_asked(void);

/* Is it the first time in this process that we are asked for this one? */
bool places_is_new(uint64_t place);

/* One more return address. */
static inline uint64_t
places_add(uint64_t place, uint64_t address)
{
	return (place ^ address) * UINT64_C(0x100000001b3);
}

#endif
