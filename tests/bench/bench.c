/* SPDX-License-Identifier: ISC */
#include "tests/bench/bench.h"

#include "common/mem.h"
#include "tests/bench/bench_first.h"
#include "tests/bench/bench_row.h"

#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { CASES_MAX = 16, ROUNDS_MIN = 5, ROUNDS_MAX = 20000 };

/* One sample a round and case, in microseconds an operation. */
static double samples[CASES_MAX][ROUNDS_MAX];
static double scratch[ROUNDS_MAX];

double
bench_now(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

const char *
bench_built(const char *dir, const char *name)
{
	static char path[PATH_MAX];
	const char *build = getenv("B");

	(void)snprintf(path, sizeof(path), "%s/%s%s",
	    build != NULL ? build : "build", dir, name);
	return path;
}

double
bench_posix_spawn(void *program, unsigned n)
{
	char *const argv[] = { program, NULL };
	const double start = bench_now();

	for (unsigned i = 0; i < n; i++) {
		siginfo_t info;
		pid_t pid;

		if (posix_spawn(&pid, program, NULL, NULL, argv, environ) != 0)
			return -1;
		if (waitid(P_PID, (id_t)pid, &info, WEXITED) < 0 ||
		    info.si_code != CLD_EXITED || info.si_status != 0)
			return -1;
	}
	return bench_now() - start;
}

static double
seconds(void)
{
	const char *text = getenv("BENCH_TIME");
	const double given = text != NULL ? strtod(text, NULL) : 1;

	return given > 0 ? given : 1;
}

/* One round; the name of the case that failed, or NULL. */
static const char *
take_turns(const struct bench_case *cases, size_t n, size_t round)
{
	for (size_t i = 0; i < n; i++) {
		const double ns =
		    cases[i].run(cases[i].context, cases[i].times);

		if (ns < 0)
			return cases[i].name;
		samples[i][round] = ns / 1000 / cases[i].times;
	}
	return NULL;
}

static size_t
find(const struct bench_case *cases, size_t n, const char *name)
{
	size_t i = 0;

	while (i < n && strcmp(cases[i].name, name) != 0)
		i++;
	if (i == n)
		abort();
	return i;
}

static struct bench_spread
ratios(size_t of, size_t to, size_t rounds)
{
	for (size_t i = 0; i < rounds; i++)
		scratch[i] = samples[of][i] / samples[to][i];
	return bench_spread_of(scratch, rounds);
}

static struct bench_spread
increments(size_t of, size_t to, size_t rounds)
{
	for (size_t i = 0; i < rounds; i++)
		scratch[i] = samples[of][i] - samples[to][i];
	return bench_spread_of(scratch, rounds);
}

static void
report(const char *title, const struct bench_case *cases, size_t n,
    size_t rounds)
{
	for (size_t i = 0; i < n; i++) {
		struct bench_row row = {
			.title = title,
			.name = cases[i].name,
			.unit = "µs",
			.limit = cases[i].limit,
			.rounds = (unsigned)rounds,
			.goal = cases[i].goal,
			.increment_to = cases[i].increment,
		};

		if (row.limit != NULL)
			row.ratio =
			    ratios(i, find(cases, n, row.limit), rounds);
		if (row.increment_to != NULL)
			row.increment = increments(i,
			    find(cases, n, row.increment_to), rounds);
		memcpy(scratch, samples[i], rounds * sizeof(*scratch));
		row.value = bench_spread_of(scratch, rounds);
		bench_row_add(&row);
	}
}

void
bench_group(const char *title, const struct bench_case *cases, size_t n)
{
	const double end = bench_now() + seconds() * 1e9;
	const char *failed;
	size_t round;

	if (n > CASES_MAX)
		abort();
	bench_first_come();
	/* The first is for caches, and does not count. */
	failed = take_turns(cases, n, 0);
	for (round = 0; failed == NULL && round < ROUNDS_MAX; round++) {
		if (round >= ROUNDS_MIN && bench_now() > end)
			break;
		failed = take_turns(cases, n, round);
	}
	if (failed != NULL)
		bench_skip(title, "\"%s\" failed: %s", failed, strerror(errno));
	else
		report(title, cases, n, round);
}

/*
 * On one processor whoever waits makes room for whoever is waited for, and a
 * wake-up never crosses to another: less spread, and the same for both sides
 * of a ratio.
 */
static bool
stay_on_one_processor(void)
{
	cpu_set_t set;
	const int cpu = sched_getcpu();

	if (cpu < 0)
		return false;
	CPU_ZERO(&set);
	CPU_SET((unsigned)cpu, &set);
	return sched_setaffinity(0, sizeof(set), &set) == 0;
}

/*
 * At real-time priority other programs of the machine take no part, and what
 * the kernel puts off to its own threads comes later.  A daemon's helpers have
 * it not, whatever the daemon has: so only where there is no daemon, or a row's
 * two sides would not be alike.
 */
static void
set_class(int class)
{
	const struct sched_param lowest = {
		.sched_priority = sched_get_priority_min(class),
	};

	if (sched_setscheduler(0, class, &lowest) < 0)
		printf("no priority (%s): other programs disturb\n",
		    strerror(errno));
}

enum priority { ORDINARY, FIRST, REAL_TIME };

static void
set_priority(enum priority priority)
{
	set_class(priority == REAL_TIME ? SCHED_FIFO : SCHED_OTHER);
	bench_first_want(priority == FIRST);
}

/* The last gives up capabilities of this process. */
static const struct {
	const char *name;
	void (*run)(void);
	enum priority priority;
} groups[] = {
	{ "requests", bench_requests, FIRST },
	{ "grants", bench_grants, FIRST },
	{ "crowd", bench_crowd, FIRST },
	{ "grow", bench_grow, FIRST },
	{ "cost", bench_cost, REAL_TIME },
	{ "grant", bench_grant, FIRST },
	{ "cores", bench_cores, FIRST },
	{ "pool", bench_pool, ORDINARY },
	{ "peers", bench_peers, ORDINARY },
	{ "calls", bench_calls, FIRST },
	{ "pages", bench_pages, ORDINARY },
	{ "filters", bench_filters, ORDINARY },
	{ "opens", bench_opens, ORDINARY },
	{ "inetd", bench_inetd, ORDINARY },
	{ "servers", bench_servers, ORDINARY },
	{ "memory", bench_memory, ORDINARY },
	{ "starts", bench_starts, REAL_TIME },
};

static void
run_groups(const char *only)
{
	for (size_t i = 0; i < PSD_ELEMENTS(groups); i++) {
		if (only != NULL && strcmp(only, groups[i].name) != 0)
			continue;
		bench_row_group(groups[i].name);
		set_priority(groups[i].priority);
		groups[i].run();
	}
}

static bool
is_group(const char *name)
{
	for (size_t i = 0; i < PSD_ELEMENTS(groups); i++)
		if (strcmp(name, groups[i].name) == 0)
			return true;
	return false;
}

static int
usage(FILE *to, int status)
{
	(void)fprintf(to,
	    "usage: bench [--json FILE] [GROUP]\n"
	    "B= is where things were built (build), BENCH_TIME= the seconds of "
	    "a table (1).\nGroups:");
	for (size_t i = 0; i < PSD_ELEMENTS(groups); i++)
		(void)fprintf(to, " %s", groups[i].name);
	(void)fprintf(to, "\n");
	return status;
}

int
main(int argc, char **argv)
{
	const char *json = NULL;
	int i = 1;

	if (argc > 1 && strcmp(argv[1], "--help") == 0)
		return usage(stdout, 0);
	if (argc > 2 && strcmp(argv[1], "--json") == 0) {
		json = argv[2];
		i = 3;
	}
	if (argc > i + 1 || (argc > i && !is_group(argv[i])))
		return usage(stderr, 2);
	if (!stay_on_one_processor())
		printf("not on one processor: %s\n", strerror(errno));
	printf("microseconds an operation; ratios are to the bare limit of "
	       "the same round\n");
	if (geteuid() == 0)
		run_groups(argv[i]);
	else
		bench_skip("everything", "not root: helpers have no uid");
	if (json != NULL && bench_rows_write(json) < 0) {
		(void)fprintf(stderr, "bench: cannot write %s\n", json);
		return 1;
	}
	printf("\ngoals missed: %u\n", bench_rows_missed());
	return 0;
}
