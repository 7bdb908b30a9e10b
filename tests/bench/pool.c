/* SPDX-License-Identifier: ISC */
/*
 * What a client waits for until the first byte from a helper that was
 * started, confined and idle before, against a start of the same program
 * without privsepd.
 */
#include "common/fd.h"
#include "common/mem.h"
#include "tests/bench/bench.h"
#include "tests/bench/bench_daemon.h"
#include "tests/support/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static const char title[] = "a helper for a client";

/* The connection is closed, and the helper waits again, off the clock. */
static double
connect_to_pool(void *context, unsigned n)
{
	const struct bench_daemon *daemon = context;
	double sum = 0;

	for (unsigned i = 0; i < n; i++) {
		const double start = bench_now();
		_cleanup_fd_ int fd = bench_daemon_connect(daemon, "pooled");

		if (fd < 0)
			return -1;
		sum += bench_now() - start;
		psd_fd_cleanup(&fd);
		/* On one processor this lets the helper run. */
		(void)poll(NULL, 0, 1);
	}
	return sum;
}

static int
start_program(char *program, int out, pid_t *ret_pid)
{
	char argument[] = "once";
	char *const argv[] = { program, argument, NULL };
	posix_spawn_file_actions_t actions;
	int r;

	(void)posix_spawn_file_actions_init(&actions);
	(void)posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
	r = posix_spawn(ret_pid, program, &actions, NULL, argv, environ);
	(void)posix_spawn_file_actions_destroy(&actions);
	return r == 0 ? 0 : -r;
}

static double
spawn_until_first_byte(void *program, unsigned n)
{
	double sum = 0;

	for (unsigned i = 0; i < n; i++) {
		_cleanup_fd_ int in = PSD_NO_FD;
		_cleanup_fd_ int out = PSD_NO_FD;
		const double start = bench_now();
		int ends[2];
		char byte;
		pid_t pid;

		if (pipe2(ends, O_CLOEXEC) < 0)
			return -1;
		in = ends[0];
		out = ends[1];
		if (start_program(program, out, &pid) < 0)
			return -1;
		psd_fd_cleanup(&out);
		if (read(in, &byte, 1) != 1)
			return -1;
		sum += bench_now() - start;
		(void)waitpid(pid, NULL, 0);
	}
	return sum;
}

void
bench_pool(void)
{
	char program[4096];
	struct bench_daemon daemon;
	const struct bench_case cases[] = {
		{ "posix_spawn() until its first byte", spawn_until_first_byte,
		    program, 5, NULL, 0, NULL },
		{ "connect() until an idle helper's first byte",
		    connect_to_pool, &daemon, 5,
		    "posix_spawn() until its first byte", 0.15, NULL },
	};

	(void)snprintf(program, sizeof(program), "%s",
	    bench_built("tests/helpers/", "bench_helper"));
	bench_daemon_start(&daemon, "pooled", "bench_helper", "Instances=4");
	bench_group(title, cases, PSD_ELEMENTS(cases));
	bench_daemon_stop(&daemon);
}
