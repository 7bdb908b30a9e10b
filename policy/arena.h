/* SPDX-License-Identifier: ISC */
#ifndef PSD_ARENA_H
#define PSD_ARENA_H

#include <stddef.h>

/*
 * Memory that is freed all at once: what a policy consists of.  Each function
 * returns NULL when there is no more.
 */
struct psd_arena;

struct psd_arena *psd_arena_new(void);

/* Frees it and whatever was taken from it.  NULL is fine. */
void psd_arena_free(struct psd_arena *arena);

/* n elements of size bytes, all zero. */
void *psd_arena_take(struct psd_arena *arena, size_t n, size_t size);

/* len bytes of text, and a NUL behind them. */
char *psd_arena_copy(struct psd_arena *arena, const char *text, size_t len);

/*
 * An array that only grows: returns where it is from now on, with room for
 * another element behind its n (those keep their values).
 */
void *psd_arena_grow(struct psd_arena *arena, void *array, size_t n,
    size_t size);

#endif
