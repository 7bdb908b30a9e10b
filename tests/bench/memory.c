/* SPDX-License-Identifier: ISC */
/*
 * What an idle helper takes of memory, the kernel's share included: that of a
 * control group with many of them, or what the system has left.
 */
#include "tests/bench/bench.h"
#include "tests/bench/bench_daemon.h"
#include "tests/bench/bench_usage.h"

#include <stdio.h>
#include <string.h>

static const char title[] = "memory of an idle helper";

enum { MANY = 200 };

struct usage {
	long long all, daemon;
};

static struct usage
measure(const struct bench_usage *group, const char *program, int n)
{
	char lines[64];
	struct bench_daemon daemon;
	struct usage usage;

	(void)snprintf(lines, sizeof(lines), "Instances=%d", n);
	bench_daemon_start(&daemon, "idle", program, lines);
	usage.all = bench_usage_now(group);
	usage.daemon = bench_usage_of(daemon.rig.pid);
	bench_daemon_stop(&daemon);
	return usage;
}

static void
compare(const struct bench_usage *group, const char *program, const char *name)
{
	const struct usage one = measure(group, program, 1);
	const struct usage many = measure(group, program, MANY + 1);
	char text[128];

	if (one.all == -1 || many.all == -1) {
		bench_skip(title, "the counter cannot be read");
		return;
	}
	(void)snprintf(text, sizeof(text), "%s, in all", name);
	bench_value(title, strdup(text), "KiB",
	    (double)(many.all - one.all) / MANY / 1024);
	(void)snprintf(text, sizeof(text), "%s, of it in the daemon", name);
	bench_value(title, strdup(text), "KiB",
	    (double)(many.daemon - one.daemon) / MANY / 1024);
}

void
bench_memory(void)
{
	struct bench_usage group;

	bench_usage_open(&group);
	if (group.counter == NULL)
		bench_skip(title,
		    "no memory controller, so MemAvailable is "
		    "compared: others' memory counts as well");
	compare(&group, "tiny_hello", "without a C library");
	compare(&group, "bench_helper", "libprivsep, dynamically linked");
	bench_usage_close(&group);
}
