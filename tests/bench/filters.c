/* SPDX-License-Identifier: ISC */
/*
 * Programs that know nothing of privsepd, run by privsepctl without a daemon,
 * against the same programs with all rights, and against the least that moves
 * bytes to a program and back by one pair.
 */
#include "common/fd.h"
#include "common/mem.h"
#include "tests/bench/bench.h"
#include "tests/bench/bench_filter.h"
#include "tests/bench/bench_pump.h"
#include "tests/support/child.h"
#include "tests/support/daemon_rig.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

static const char moved_title[] = "a filter: a MiB of 256 through cat";

enum { MIB = 1 << 20, MOVED_MIB = 256 };

/* The pump's process; the program is its child. */
static int
pump_barely(void *context)
{
	const struct bench_filter *filter = context;
	pid_t pid;
	_cleanup_fd_ int pair = bench_program_on_pair(filter->argv, &pid);

	if (pair < 0 || bench_pump(filter->input, pair, filter->output) < 0)
		return 1;
	return bench_program_ended_well(pid) ? 0 : 1;
}

static pid_t
start(struct bench_filter *filter, bool is_bare)
{
	pid_t pid;
	int r;

	if (is_bare)
		return test_child_start(pump_barely, filter);
	r = bench_program(filter->argv, filter->input, filter->output, &pid);
	return r < 0 ? r : pid;
}

/* From its start to its end; how much it wrote, or -errno. */
static int64_t
run_once(struct bench_filter *filter, bool is_bare)
{
	_cleanup_fd_ int in = PSD_NO_FD;
	_cleanup_fd_ int out = PSD_NO_FD;
	int ends[2];
	int64_t sum;
	pid_t pid;

	if (lseek(filter->input, 0, SEEK_SET) < 0 || pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	in = ends[0];
	out = ends[1];
	filter->output = out;
	pid = start(filter, is_bare);
	if (pid < 0)
		return pid;
	psd_fd_cleanup(&out);
	sum = bench_drain(in);
	return bench_program_ended_well(pid) ? sum : -EPIPE;
}

static double
move(void *context, unsigned mib)
{
	const double begin = bench_now();

	if (run_once(context, false) != (int64_t)mib * MIB)
		return -1;
	return bench_now() - begin;
}

static double
move_barely(void *context, unsigned mib)
{
	const double begin = bench_now();

	if (run_once(context, true) != (int64_t)mib * MIB)
		return -1;
	return bench_now() - begin;
}

double
bench_filter_run(void *filter, unsigned n)
{
	const double begin = bench_now();

	for (unsigned i = 0; i < n; i++)
		if (run_once(filter, false) <= 0)
			return -1;
	return bench_now() - begin;
}

static void
measure_cat(const char *ctl, const char *policy)
{
	const char *const bare_argv[] = { "/bin/cat", NULL };
	const char *const argv[] = { ctl, "run", "--policy", policy, "--",
		"/bin/cat", NULL };
	_cleanup_fd_ int input = bench_input((size_t)MOVED_MIB * MIB);
	struct bench_filter bare = { bare_argv, input, PSD_NO_FD };
	struct bench_filter confined = { argv, input, PSD_NO_FD };
	const struct bench_case cases[] = {
		{ "unconfined, from a file to a pipe", move, &bare, MOVED_MIB,
		    NULL, 0, NULL },
		{ "a bare SOCK_STREAM pair and a pump", move_barely, &bare,
		    MOVED_MIB, "unconfined, from a file to a pipe", 0, NULL },
		/* Four fifths of the throughput. */
		{ "privsepctl run", move, &confined, MOVED_MIB,
		    "a bare SOCK_STREAM pair and a pump", 1.25, NULL },
	};

	if (input < 0)
		bench_skip(moved_title, "no memory for the input");
	else
		bench_group(moved_title, cases, PSD_ELEMENTS(cases));
}

void
bench_filters(void)
{
	char ctl[PATH_MAX], policy[PATH_MAX];
	struct daemon_rig rig;

	/* Its directories only: no daemon takes part. */
	daemon_rig_prepare(&rig);
	daemon_rig_write(&rig, "policies/any.policy",
	    "[Helper]\n"
	    "Type=filter\n"
	    "[Policy]\n"
	    "SystemCallFilter=@filter @loader\n"
	    "AllowOpen=@runtime\n");
	(void)snprintf(policy, sizeof(policy), "%s/policies/any.policy",
	    rig.dir);
	(void)snprintf(ctl, sizeof(ctl), "%s", bench_built("", "privsepctl"));
	measure_cat(ctl, policy);
	bench_examples(ctl);
	daemon_rig_clean(&rig);
}
