/* SPDX-License-Identifier: ISC */
#include "policy/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Each piece is an allocation of its own, so that sanitizers see its end. */
struct piece {
	struct piece *next;
	max_align_t bytes[];
};

struct psd_arena {
	struct piece *pieces;
};

struct psd_arena *
psd_arena_new(void)
{
	return calloc(1, sizeof(struct psd_arena));
}

void
psd_arena_free(struct psd_arena *arena)
{
	if (arena == NULL)
		return;
	for (struct piece *piece = arena->pieces; piece != NULL;) {
		struct piece *next = piece->next;

		free(piece);
		piece = next;
	}
	free(arena);
}

void *
psd_arena_take(struct psd_arena *arena, size_t n, size_t size)
{
	struct piece *piece;
	size_t bytes;

	if (__builtin_mul_overflow(n, size, &bytes) ||
	    bytes > SIZE_MAX / 2 - sizeof(*piece))
		return NULL;
	piece = calloc(1, sizeof(*piece) + bytes);
	if (piece == NULL)
		return NULL;
	piece->next = arena->pieces;
	arena->pieces = piece;
	return piece->bytes;
}

char *
psd_arena_copy(struct psd_arena *arena, const char *text, size_t len)
{
	char *copy = psd_arena_take(arena, len + 1, 1);

	if (copy != NULL)
		memcpy(copy, text, len);
	return copy;
}

void *
psd_arena_grow(struct psd_arena *arena, void *array, size_t n, size_t size)
{
	void *larger;

	/* There is room for the next power of two, and none when n is one. */
	if (n > 0 && (n & (n - 1)) != 0)
		return array;
	larger = psd_arena_take(arena, n == 0 ? 1 : 2 * n, size);
	if (larger != NULL && n > 0)
		memcpy(larger, array, n * size);
	return larger;
}
