/* SPDX-License-Identifier: ISC */
/*
 * What a start costs, layer by layer, for a program that ends at once.  The
 * first rows are children of our own that call the same functions as
 * psd_spawn()'s; from there on it is psd_spawn() with plans that have more
 * and more.
 */
#include "common/fd.h"
#include "common/mem.h"
#include "tests/bench/bench.h"
#include "tests/bench/bench_start.h"
#include "tests/support/plan_rig.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const char title[] = "a start, until its end is seen";
static const char bare_name[] = "posix_spawn() of the same program";

/* A uid that no test has: a process with the same one may disturb us. */
enum { TIMES = 4, BENCH_UID = 1900061000 };

int
bench_start_one(const struct bench_planned_start *planned)
{
	struct psd_spawn_failure failure;
	struct psd_child child;

	if (psd_spawn(&planned->plan, &planned->birth, &child, &failure) < 0)
		return -1;
	psd_fd_close(child.listener);
	return bench_has_ended_well(child.pidfd) ? 0 : -1;
}

double
bench_start_planned(void *context, unsigned n)
{
	const struct bench_planned_start *planned = context;
	double start;

	start = bench_now();
	for (unsigned i = 0; i < n; i++)
		if (bench_start_one(planned) < 0)
			return -1;
	return bench_now() - start;
}

enum {
	NO_LAYER,
	LIMITS,
	IDS,
	LANDLOCK,
	FILTER,
	LISTENER,
	NAMESPACES,
	CGROUP,
	LAYERS
};

/* The same plan without what comes after the layer. */
static struct bench_planned_start
up_to(int layer, const struct psd_plan *whole, int pair_end, int cgroup_fd)
{
	struct bench_planned_start start = {
		.plan = *whole,
		.birth = {
			.uid = BENCH_UID,
			.gid = BENCH_UID,
			.pair_end = pair_end,
			.stderr_fd = PSD_NO_FD,
			.cgroup_fd = layer >= CGROUP ? cgroup_fd : PSD_NO_FD,
		},
	};

	if (layer < LIMITS)
		start.plan.n_limits = 0;
	if (layer < IDS)
		start.plan.set_ids = false;
	if (layer < LANDLOCK)
		start.plan.landlock_fd = PSD_NO_FD;
	if (layer < FILTER)
		start.plan.plain_filter = NULL;
	if (layer < LISTENER) {
		start.plan.filter = NULL;
		start.plan.want_listener = false;
	}
	if (layer < NAMESPACES)
		start.plan.namespaces = NULL;
	return start;
}

static const char filtered_name[] = "+ system call filter";

static void
measure_layers(const struct psd_plan *plan, const int ends[2], int cgroup_fd)
{
	char *environment[] = { NULL };
	struct psd_spawn_state state = {
		.plan = plan,
		.parent = getpid(),
		.environment = environment,
		.has_no_handlers = true,
		.confine = { .has_no_bounding_set = true },
	};
	struct bench_own_start own[] = {
		{ bench_child_bare, &state },
		{ bench_child_session, &state },
		{ bench_child_capabilities, &state },
		{ bench_child_death, &state },
	};
	struct bench_planned_start planned[LAYERS];
	const struct bench_case cases[] = {
		{ bare_name, bench_posix_spawn, plan->argv[0], TIMES, NULL, 0,
		    NULL },
		{ "bare clone3() and execveat()", bench_start_own, &own[0],
		    TIMES, bare_name, 0, bare_name },
		{ "+ session, signals to default", bench_start_own, &own[1],
		    TIMES, bare_name, 0, "bare clone3() and execveat()" },
		{ "+ securebits, capabilities, verified", bench_start_own,
		    &own[2], TIMES, bare_name, 0,
		    "+ session, signals to default" },
		{ "+ death signal, no_new_privs", bench_start_own, &own[3],
		    TIMES, bare_name, 0,
		    "+ securebits, capabilities, verified" },
		{ "psd_spawn(): + descriptors in place", bench_start_planned,
		    &planned[NO_LAYER], TIMES, bare_name, 0,
		    "+ death signal, no_new_privs" },
		{ "+ limits", bench_start_planned, &planned[LIMITS], TIMES,
		    bare_name, 0, "psd_spawn(): + descriptors in place" },
		{ "+ groups, gid, uid", bench_start_planned, &planned[IDS],
		    TIMES, bare_name, 0, "+ limits" },
		{ "+ Landlock", bench_start_planned, &planned[LANDLOCK], TIMES,
		    bare_name, 0, "+ groups, gid, uid" },
		{ filtered_name, bench_start_planned, &planned[FILTER], TIMES,
		    bare_name, 1.3, "+ Landlock" },
		{ "+ listener for denied calls", bench_start_planned,
		    &planned[LISTENER], TIMES, bare_name, 0, filtered_name },
		{ "+ namespaces", bench_start_planned, &planned[NAMESPACES],
		    TIMES, bare_name, 0, "+ listener for denied calls" },
		{ "+ control group", bench_start_planned, &planned[CGROUP],
		    TIMES, bare_name, 1.6, "+ namespaces" },
	};

	for (int layer = NO_LAYER; layer < LAYERS; layer++)
		planned[layer] = up_to(layer, plan, ends[1], cgroup_fd);
	/* Without a control group there is no row for it. */
	bench_group(title, cases,
	    cgroup_fd >= 0 ? PSD_ELEMENTS(cases) : PSD_ELEMENTS(cases) - 1);
	if (cgroup_fd < 0)
		bench_skip("a start in a control group", "%s",
		    plan_rig_host.missing[4]);
}

enum { IDLE_USEC = 200000 };

/* A start after a while in which nothing was done, and its leaf. */
struct idle_start {
	struct bench_planned_start planned;
	bool has_leaf, is_ahead;
};

static double
start_after_a_while(void *context, unsigned n)
{
	struct psd_cgroup *cgroup = &plan_rig_host.cgroup;
	struct idle_start *idle = context;
	double took = 0;

	for (unsigned i = 0; i < n; i++) {
		int leaf = -1;
		double start, r;

		if (idle->is_ahead && psd_cgroup_spare_make(cgroup) < 0)
			return -1;
		(void)usleep(IDLE_USEC);
		start = bench_now();
		if (idle->has_leaf) {
			leaf = psd_cgroup_leaf_make(cgroup, UINT64_MAX,
			    UINT32_MAX);
			if (leaf < 0)
				return -1;
			idle->planned.birth.cgroup_fd =
			    psd_cgroup_leaf_fd(cgroup, leaf);
		}
		r = bench_start_planned(&idle->planned, 1);
		took += bench_now() - start;
		if (leaf >= 0)
			psd_cgroup_leaf_remove(cgroup, leaf);
		if (r < 0)
			return -1;
	}
	return took;
}

static void
measure_leaves(const struct psd_plan *plan, const int ends[2])
{
	struct idle_start idle[] = {
		{ up_to(LAYERS, plan, ends[1], PSD_NO_FD), false, false },
		{ up_to(LAYERS, plan, ends[1], PSD_NO_FD), true, true },
		{ up_to(LAYERS, plan, ends[1], PSD_NO_FD), true, false },
	};
	const struct bench_case cases[] = {
		{ "without a control group", start_after_a_while, &idle[0], 1,
		    NULL, 0, NULL },
		{ "in a leaf that was made ahead", start_after_a_while,
		    &idle[1], 1, "without a control group", 0,
		    "without a control group" },
		{ "in a leaf that is made for it", start_after_a_while,
		    &idle[2], 1, "without a control group", 0,
		    "without a control group" },
	};

	if (plan_rig_host.cgroup.base_fd >= 0)
		bench_group("a start, 200 ms after the last", cases,
		    PSD_ELEMENTS(cases));
}

void
bench_starts(void)
{
	struct bench_planned_start filtered;
	struct plan_rig rig;
	int ends[2];

	if (plan_rig_prepare() != 0) {
		bench_skip(title, "this process cannot prepare");
		return;
	}
	/* As such a helper would have it: few descriptors, few calls. */
	if (plan_rig_load(&rig, bench_built("tests/helpers/", "tiny_exit"),
		"\nLimitNOFILE=32", "SystemCallFilter=@helper") < 0 ||
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0) {
		bench_skip(title, "no plan: %s", rig.diag.text);
	} else {
		measure_layers(&rig.prepared->plan, ends, bench_leaf_for_all());
		measure_leaves(&rig.prepared->plan, ends);
		filtered =
		    up_to(FILTER, &rig.prepared->plan, ends[1], PSD_NO_FD);
		bench_large_starts(&filtered);
		psd_fd_close(ends[0]);
		psd_fd_close(ends[1]);
	}
	plan_rig_free(&rig);
	psd_host_free(&plan_rig_host);
}
