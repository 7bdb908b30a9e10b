/* SPDX-License-Identifier: ISC */
#include "helper/room.h"

#include "common/codec.h"
#include "common/list.h"

#include <stdalign.h>
#include <stdint.h>
#include <string.h>

static void *
take(struct psd_room *room, size_t size, size_t alignment)
{
	const size_t off = (uintptr_t)room->at % alignment;
	const size_t gap = off == 0 ? 0 : alignment - off;
	void *taken = room->at + gap;

	if (room->left < gap || room->left - gap < size) {
		room->is_short = true;
		return NULL;
	}
	room->at += gap + size;
	room->left -= gap + size;
	return taken;
}

char *
psd_room_copy(struct psd_room *room, const struct psd_str *text)
{
	char *copy = take(room, (size_t)text->len + 1, 1);

	if (copy == NULL)
		return NULL;
	memcpy(copy, text->at, text->len);
	copy[text->len] = '\0';
	return copy;
}

char **
psd_room_list(struct psd_room *room, const struct psd_bytes *list)
{
	const char *name;
	char **names;
	size_t at = 0, n = 0;

	while (psd_names_next(list, &at) != NULL)
		n++;
	names = take(room, (n + 1) * sizeof(*names), alignof(char *));
	if (names == NULL)
		return NULL;
	at = n = 0;
	while ((name = psd_names_next(list, &at)) != NULL) {
		const struct psd_str text = psd_str_of(name);

		names[n++] = psd_room_copy(room, &text);
	}
	names[n] = NULL;
	return names;
}
