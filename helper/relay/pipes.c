/* SPDX-License-Identifier: ISC */
#include "helper/relay/pipes.h"

#include "common/fd.h"

#include <fcntl.h>
#include <stddef.h>
#include <unistd.h>

/* Together they hold 8 MiB, below what the kernel lets a user have. */
enum { PIPES = 32 };

static struct pipe pipes[PIPES];

static void
shut(struct pipe *pipe)
{
	psd_fd_close(pipe->in);
	psd_fd_close(pipe->out);
	pipe->is_open = false;
}

static bool
make(struct pipe *pipe)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
		return false;
	pipe->out = ends[0];
	pipe->in = ends[1];
	pipe->is_open = true;
	/* What is kept in it must fit. */
	if (fcntl(pipe->in, F_SETPIPE_SZ, PIECE) < PIECE)
		shut(pipe);
	return pipe->is_open;
}

struct pipe *
pipe_take(void)
{
	for (size_t i = 0; i < PIPES; i++) {
		if (pipes[i].is_taken)
			continue;
		pipes[i].is_taken = pipes[i].is_open || make(&pipes[i]);
		return pipes[i].is_taken ? &pipes[i] : NULL;
	}
	return NULL;
}

void
pipe_give(struct pipe *pipe)
{
	pipe->is_taken = false;
}

void
pipe_spoil(struct pipe *pipe)
{
	shut(pipe);
	pipe_give(pipe);
}
