/* SPDX-License-Identifier: ISC */
#ifndef BENCH_H
#define BENCH_H

#include <stdbool.h>
#include <stddef.h>

/*
 * make bench: the cases of a group take turns, round by round, so that what
 * disturbs one disturbs what it is held against as well.  Everything runs on
 * one processor.  What counts is the ratio within a round; its median over
 * all rounds is compared with the goal.
 */

struct bench_case {
	const char *name;
	/*
	 * Does it n times and returns the nanoseconds that they took together,
	 * or less than 0 when it could not be done.
	 */
	double (*run)(void *context, unsigned n);
	void *context;
	unsigned times;        /* n of a round */
	const char *limit;     /* the case that it is held against, or NULL */
	double goal;           /* most that the ratio may be; less than 0: the
				  least, negated; 0: none */
	const char *increment; /* the case whose time is taken off, or NULL */
};

/* Takes turns for BENCH_TIME= seconds and reports a row for each case. */
void bench_group(const char *title, const struct bench_case *cases, size_t n);

/* A row that is measured once; limit and goal as above, or 0. */
void bench_value(const char *title, const char *name, const char *unit,
    double value);

/* A row, or a whole group, that cannot be measured here, and why. */
void bench_skip(const char *title, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* A row of a group that is measured but for it. */
void bench_skip_row(const char *title, const char *name, const char *format,
    ...) __attribute__((format(printf, 3, 4)));

/* Monotonic nanoseconds. */
double bench_now(void);

/* Path of something built: bench_built("tests/helpers/", "tiny_exit"). */
const char *bench_built(const char *dir, const char *name);

/* posix_spawn() of a program without arguments, and its end: a bare limit. */
double bench_posix_spawn(void *program, unsigned n);

/* The groups, each of a file. */
void bench_requests(void);
void bench_grants(void);
void bench_crowd(void);
void bench_grow(void);
void bench_cost(void);
void bench_grant(void);
void bench_cores(void);
void bench_pool(void);
void bench_peers(void);
void bench_calls(void);
void bench_pages(void);
void bench_filters(void);
void bench_opens(void);
void bench_inetd(void);
void bench_servers(void);
void bench_memory(void);
void bench_starts(void);

#endif
