/* SPDX-License-Identifier: ISC */
#ifndef PSD_ROOM_H
#define PSD_ROOM_H

#include "common/kind.h"

#include <stdbool.h>
#include <stddef.h>

/* The buffer of a caller, into which strings of a reply are copied. */
struct psd_room {
	char *at;
	size_t left;
	bool is_short; /* something did not fit */
};

/* A copy with a NUL behind it; NULL when there is no room. */
char *psd_room_copy(struct psd_room *room, const struct psd_str *text);

/*
 * Copies of the strings of a list, and the array of them that ends with NULL;
 * NULL when there is no room.
 */
char **psd_room_list(struct psd_room *room, const struct psd_bytes *list);

#endif
