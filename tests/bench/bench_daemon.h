/* SPDX-License-Identifier: ISC */
#ifndef BENCH_DAEMON_H
#define BENCH_DAEMON_H

#include "tests/support/daemon_rig.h"

enum { PAGE_BYTES = 4096 };

/* A real privsepd with one service. */
struct bench_daemon {
	struct daemon_rig rig;
};

/*
 * Starts it with a service of this name, whose program is one of
 * tests/helpers/ or a path with arguments, with further lines of [Helper].
 * It listens on DIR/run/NAME.sock and may read DIR/files/, where "a" is, of
 * PAGE_BYTES.
 */
void bench_daemon_start(struct bench_daemon *daemon, const char *name,
    const char *program, const char *lines);
/*
 * The same in steps, for a daemon with several services: the directories and
 * "a"; a policy with these lines beside the program and its system calls; then
 * daemon_rig_start().
 */
void bench_daemon_prepare(struct bench_daemon *daemon);
void bench_daemon_add(const struct bench_daemon *daemon, const char *name,
    const char *program, const char *helper_lines, const char *policy_lines);

void bench_daemon_stop(struct bench_daemon *daemon);

/*
 * A connection to a bench_helper, whose first byte has been read.  -errno
 * when none came.
 */
int bench_daemon_connect(const struct bench_daemon *daemon, const char *name);

/* A connection to a bench_helper, and what it is asked to measure. */
struct bench_asked {
	int client;
	char command[512];
};

/* A bench_case's run: by the helper's own clock. */
double bench_ask(void *context, unsigned n);

#endif
