/* SPDX-License-Identifier: ISC */
#ifndef PSD_HELPER_RELAY_PIPES_H
#define PSD_HELPER_RELAY_PIPES_H

#include <stdbool.h>

/*
 * Pipes of which each has room for a piece.  They are made when they are first
 * needed and used again and again; there are never more than some.
 */
enum { PIECE = 256 * 1024 };

struct pipe {
	int in, out;
	bool is_open, is_taken;
};

/* An empty one, or NULL when there is none. */
struct pipe *pipe_take(void);

/* Gives it back, empty; or with what is in it, which is lost. */
void pipe_give(struct pipe *pipe);
void pipe_spoil(struct pipe *pipe);

#endif
