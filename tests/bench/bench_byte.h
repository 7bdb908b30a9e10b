/* SPDX-License-Identifier: ISC */
#ifndef BENCH_BYTE_H
#define BENCH_BYTE_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * From the request to start a program until its first byte is there, in several
 * ways, for tiny_byte and first_byte of tests/helpers/.  Each returns the
 * nanoseconds for a case, or less than 0, and has waited off the clock until the
 * program ended.
 */

/* A command, by its words. */
double bench_byte_of_command(void *argv, unsigned n);

/*
 * A service of Type=inetd, by its local socket; context is a visit.  One that
 * waits in a pool is told to begin.
 */
struct bench_visit {
	const char *socket;
	bool is_pooled;
};

double bench_byte_of_service(void *context, unsigned n);

/*
 * psd_spawn() with all layers, in a process of its own, a starter, since it
 * gives up capabilities that peers need; context is the starter.
 */
struct bench_starter {
	int channel;
	pid_t pid;
};

/* Words of ExecStart= and lines of [Policy].  0 or -errno. */
int bench_starter_start(struct bench_starter *starter, const char *program,
    const char *policy_lines);
double bench_byte_of_starter(void *context, unsigned n);
void bench_starter_stop(struct bench_starter *starter);

#endif
