/* SPDX-License-Identifier: ISC */
#ifndef BENCH_PIECE_H
#define BENCH_PIECE_H

#include <linux/filter.h>
#include <stddef.h>
#include <sys/types.h>

/* Bytes of both frames: header and cookie; header, access, path and mode. */
enum {
	BENCH_PING_BYTES = 20,
	BENCH_OPEN_BYTES = 12 + 4 + 2 + 1 + 4,
	BENCH_REPLY_BYTES = 12,
};

/* What two bare processes do beyond sending each other records. */
enum {
	BENCH_EPOLL = 1 << 0,      /* the daemon's side waits by epoll_wait() */
	BENCH_OWN_FILTER = 1 << 1, /* and has a filter, of one instruction */
	BENCH_FILTER = 1 << 2, /* the helper's side has that and a helper's */
	BENCH_GROUP = 1 << 3,  /* and a control group of its own */
	BENCH_GIVES = 1 << 4,  /* a descriptor goes with each reply */
	BENCH_OPENS = 1 << 5,  /* and is opened for it, and closed */
	BENCH_LOOKS = 1 << 6,  /* and looked at, by fstat() and fcntl() */
	BENCH_OWN_GROUP = 1 << 7, /* the daemon's side has a group, too */
};

struct bench_piece {
	unsigned does;
	size_t request, reply; /* bytes */
	const struct sock_fprog *filter;
	int file, dir,
	    group; /* borrowed: what is given, opened "a" in, joined */
	/* These are bench_piece_start()'s. */
	int ours, theirs, told, word;
	pid_t asks, answers;
};

/* 0 or -errno; bench_piece_stop() in either case. */
int bench_piece_start(struct bench_piece *piece);
void bench_piece_stop(struct bench_piece *piece);

/* A round of a bench_case whose context is a piece. */
double bench_piece_run(void *context, unsigned n);

/* A table of them, with what helper and daemon do for the file "a" of dir. */
void bench_pieces(int client, const char *dir);

#endif
