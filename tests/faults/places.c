/* SPDX-License-Identifier: ISC */
#include "tests/faults/places.h"

#include <assert.h>
#include <stddef.h>
#include <stdlib.h>

enum { PLACES_MAX = 1 << 14 };

bool
places_are_asked(void)
{
	return getenv("PSD_FAULT_PLACES") != NULL;
}

bool
places_is_new(uint64_t place)
{
	static uint64_t seen[PLACES_MAX];
	static size_t n_seen;
	size_t at = (size_t)place % PLACES_MAX;

	/* 0 is an empty entry. */
	place += place == 0;
	while (seen[at] != 0 && seen[at] != place)
		at = (at + 1) % PLACES_MAX;
	if (seen[at] == place)
		return false;
	assert(++n_seen < PLACES_MAX);
	seen[at] = place;
	return true;
}
