/* SPDX-License-Identifier: ISC */
#ifndef BENCH_BARE_H
#define BENCH_BARE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * Two processes that send each other records and nothing else, this one and a
 * child of it: what a request's messages cost anyhow.
 */
struct bench_bare {
	size_t request, reply; /* bytes */
	bool by_epoll;         /* the child waits as an event loop does */
	bool grants;           /* a descriptor comes with each reply */
	int ours, theirs;
	pid_t pid;
};

/* 0 or -errno; what was not started may be stopped, too. */
int bench_bare_start(struct bench_bare *bare);
void bench_bare_stop(struct bench_bare *bare);

/* A bench_case's run. */
double bench_bare_run(void *context, unsigned n);

#endif
