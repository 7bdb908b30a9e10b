/* SPDX-License-Identifier: ISC */
/*
 * How it grows from one helper to 5,000 alive at once: what a ping of one
 * takes, the processor's time and the memory.  There is a daemon for each
 * number, and all are there while one is measured, so that the numbers differ
 * and the machine does not.
 */
#include "common/fd.h"
#include "common/mem.h"
#include "tests/bench/bench.h"
#include "tests/bench/bench_daemon.h"
#include "tests/bench/bench_row.h"
#include "tests/bench/bench_usage.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static const char ping_title[] = "a ping, by how many helpers are alive";
static const char slow_title[] = "the slowest of a hundred pings (p99)";
static const char cpu_title[] = "the daemon's processor time for a ping";
static const char idle_title[] =
    "processor time of an idle second, with helpers";
static const char start_title[] = "starting so many, each";
static const char end_title[] = "ending so many, each";
static const char memory_title[] = "memory of one of so many idle helpers";
static const char state_title[] = "of it in the daemon";

enum {
	PINGS = 1000,
	A_SERVICE = 4096, /* instances that it may have */
	EACH = 4,         /* descriptors that the daemon has of one */
	OTHERS = 200,
	FIRST = 2, /* of the crowds in which a page is no figure */
	MANY = 1000,
	SECOND_MS = 1000,
	SECONDS = 3,
};

/* A daemon with a helper to ask and so many others that wait for ever. */
static struct crowd {
	const char *name;
	unsigned n;
	double goal; /* of its p99 */
	struct bench_daemon daemon;
	int client;
	long long all, state; /* bytes that came with it */
	double started_ns;
} crowds[] = {
	{ "1 helper", 1, 0 },
	{ "10 helpers", 10, 3 },
	{ "100 helpers", 100, 3 },
	{ "1,000 helpers", 1000, 3 },
	{ "5,000 helpers", 5000, 3 },
};

enum { CROWDS = PSD_ELEMENTS(crowds) };

/* A bench_ask() and the daemon whose time it takes. */
struct watched {
	struct bench_asked asked;
	pid_t pid;
};

/* Nanoseconds on a processor so far; of what is gone 0. */
static double
cpu_of(pid_t pid)
{
	char path[64];
	double ns = 0;
	FILE *file;

	(void)snprintf(path, sizeof(path), "/proc/%d/schedstat", (int)pid);
	file = fopen(path, "re");
	if (file == NULL)
		return 0;
	if (fscanf(file, "%lf", &ns) != 1)
		ns = 0;
	(void)fclose(file);
	return ns;
}

/* The same of it and its children. */
static double
cpu_of_all(pid_t pid)
{
	double ns = cpu_of(pid);
	char path[64];
	FILE *file;
	int child;

	(void)snprintf(path, sizeof(path), "/proc/%d/task/%d/children",
	    (int)pid, (int)pid);
	file = fopen(path, "re");
	if (file == NULL)
		return -1;
	while (fscanf(file, "%d", &child) == 1)
		ns += cpu_of(child);
	(void)fclose(file);
	return ns;
}

static double
ask_and_look(void *context, unsigned n)
{
	struct watched *watched = context;
	const double before = cpu_of(watched->pid);

	if (bench_ask(&watched->asked, n) < 0)
		return -1;
	return cpu_of(watched->pid) - before;
}

/* Where too few descriptors are allowed, there is one less a helper. */
static bool
has_room_for_groups(void)
{
	struct rlimit limit;

	return getrlimit(RLIMIT_NOFILE, &limit) == 0 &&
	    limit.rlim_max >= EACH * crowds[CROWDS - 1].n + OTHERS;
}

static void
write_policies(const struct crowd *crowd)
{
	unsigned n = crowd->n;

	bench_daemon_add(&crowd->daemon, "asked", "bench_helper",
	    "Instances=1\nListenStream=%s/run/asked.sock", "AllowAccept=yes");
	for (unsigned i = 0; n > 0; i++) {
		const unsigned some = n < A_SERVICE ? n : A_SERVICE;
		char name[32], lines[64];

		(void)snprintf(name, sizeof(name), "idle%u", i);
		(void)snprintf(lines, sizeof(lines), "Instances=%u", some);
		bench_daemon_add(&crowd->daemon, name, "tiny_hello", lines, "");
		n -= some;
	}
}

static void
start(struct crowd *crowd, const struct bench_usage *usage)
{
	const long long before = bench_usage_now(usage);
	double from;

	bench_daemon_prepare(&crowd->daemon);
	write_policies(crowd);
	if (!has_room_for_groups())
		daemon_rig_write(&crowd->daemon.rig, "privsepd.conf",
		    "[Daemon]\nResolver=%h/resolver\nRelay=%h/relay\n"
		    "Watcher=%h/watcher\nControlGroup=/there/is/none");
	from = bench_now();
	daemon_rig_start(&crowd->daemon.rig);
	crowd->started_ns = bench_now() - from;
	crowd->all = bench_usage_now(usage) - before;
	crowd->state = bench_usage_of(crowd->daemon.rig.pid);
	crowd->client = bench_daemon_connect(&crowd->daemon, "asked");
}

static void
measure_pings(const char *title, const char *command, bool is_p99)
{
	struct bench_asked asked[CROWDS];
	struct bench_case cases[CROWDS];

	for (size_t i = 0; i < CROWDS; i++) {
		asked[i].client = crowds[i].client;
		(void)snprintf(asked[i].command, sizeof(asked[i].command), "%s",
		    command);
		cases[i] = (struct bench_case){ crowds[i].name, bench_ask,
			&asked[i], PINGS, i > 0 ? crowds[0].name : NULL,
			is_p99 ? crowds[i].goal : 0, NULL };
	}
	bench_group(title, cases, CROWDS);
}

static void
measure_cpu(void)
{
	struct watched watched[CROWDS];
	struct bench_case cases[CROWDS];

	for (size_t i = 0; i < CROWDS; i++) {
		watched[i] = (struct watched){ { crowds[i].client, "ping" },
			crowds[i].daemon.rig.pid };
		cases[i] = (struct bench_case){ crowds[i].name, ask_and_look,
			&watched[i], PINGS, i > 0 ? crowds[0].name : NULL, 0,
			NULL };
	}
	bench_group(cpu_title, cases, CROWDS);
}

/* Of several seconds the usual one: a timer may be left of a start. */
static void
measure_idle_seconds(void)
{
	double took[CROWDS][SECONDS];

	for (size_t k = 0; k < SECONDS; k++) {
		for (size_t i = 0; i < CROWDS; i++)
			took[i][k] = -cpu_of_all(crowds[i].daemon.rig.pid);
		(void)poll(NULL, 0, SECOND_MS);
		for (size_t i = 0; i < CROWDS; i++)
			took[i][k] += cpu_of_all(crowds[i].daemon.rig.pid);
	}
	for (size_t i = 0; i < CROWDS; i++)
		bench_value(idle_title, crowds[i].name, "µs",
		    bench_spread_of(took[i], SECONDS).median / 1000);
}

/* A row of KiB that has a most. */
static void
tell_memory(const char *title, const char *name, double bytes, const char *most,
    double most_bytes)
{
	const double kib = bytes / 1024, ratio = bytes / most_bytes;
	const struct bench_row row = {
		.title = title,
		.name = name,
		.unit = "KiB",
		.limit = most,
		.rounds = 1,
		.value = { kib, kib, kib },
		.ratio = { ratio, ratio, ratio },
		.goal = 1,
	};

	bench_row_add(&row);
}

static void
tell_growth(void)
{
	const struct crowd *one = &crowds[0];

	for (size_t i = FIRST; i < CROWDS; i++)
		tell_memory(memory_title, crowds[i].name,
		    (double)(crowds[i].all - one->all) / (crowds[i].n - one->n),
		    "10,000 in a GiB", 1073741824.0 / 10000);
	for (size_t i = FIRST; i < CROWDS; i++)
		tell_memory(state_title, crowds[i].name,
		    (double)(crowds[i].state - one->state) /
			(crowds[i].n - one->n),
		    "4 KiB", 4096);
	for (size_t i = 0; i < CROWDS; i++)
		if (crowds[i].n >= MANY)
			bench_value(start_title, crowds[i].name, "µs",
			    crowds[i].started_ns / 1000 / crowds[i].n);
}

static void
stop_all(void)
{
	double took[CROWDS];

	for (size_t i = 0; i < CROWDS; i++) {
		const double from = bench_now();

		psd_fd_cleanup(&crowds[i].client);
		(void)daemon_rig_stop(&crowds[i].daemon.rig);
		took[i] = bench_now() - from;
		bench_daemon_stop(&crowds[i].daemon);
	}
	for (size_t i = 0; i < CROWDS; i++)
		if (crowds[i].n >= MANY)
			bench_value(end_title, crowds[i].name, "µs",
			    took[i] / 1000 / crowds[i].n);
}

void
bench_grow(void)
{
	struct bench_usage usage;
	bool connected = true;

	bench_usage_open(&usage);
	if (!has_room_for_groups())
		bench_skip("helpers in control groups, up to 5,000",
		    "this process may have too few descriptors (LimitNOFILE=), "
		    "so these have no control groups");
	if (usage.counter == NULL)
		bench_skip(memory_title,
		    "no memory controller, so MemAvailable is "
		    "compared: others' memory counts as well");
	for (size_t i = 0; i < CROWDS; i++) {
		start(&crowds[i], &usage);
		connected = connected && crowds[i].client >= 0;
	}
	if (connected) {
		measure_pings(ping_title, "ping", false);
		measure_pings(slow_title, "p99 ping", true);
		measure_cpu();
		measure_idle_seconds();
		tell_growth();
	} else {
		bench_skip(ping_title, "no helper to ask");
	}
	stop_all();
	bench_usage_close(&usage);
}
