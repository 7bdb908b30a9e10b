/* SPDX-License-Identifier: ISC */
/*
 * Every system call of a daemon from its exec until it sleeps, and from SIGTERM
 * until it is gone, fails once with every error that it may have, and is where
 * the daemon is killed: a sample of that here, and all of it with PSD_SOAK=1
 * (make soak).
 */
#include "tests/faults/errnos.h"
#include "tests/faults/launch.h"
#include "tests/faults/pick.h"
#include "tests/faults/verdict.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <cmocka.h>

enum { SAMPLE = 6, SAMPLE_OF_KILLS = 3 };

static struct launch launch;

typedef void (
    *launch_with)(enum launch_part part, const struct launch_point *point);

static size_t
random_below(size_t limit)
{
	return (size_t)rand_r(&launch.seed) % limit;
}

static void
fail_point(enum launch_part part, const struct launch_point *point)
{
	const struct errnos *errnos = errnos_of(point->number);
	struct inject_plan plan = {
		.act = INJECT_FAIL,
		.number = point->number,
		.nth = point->nth,
	};
	const enum pick_share share =
	    pick_share_of(launch.is_complete, point->is_edge);
	size_t first;

	if (pick_has_no_errors(point->number))
		return;
	first = pick_first(share, point->nth, errnos->n, &launch.seed);
	for (size_t i = 0; i < pick_count(share, errnos->n); i++) {
		plan.error = errnos->at[first + i];
		/* Or the helper, which lives, waits for an answer for ever. */
		if (plan.number == SYS_sendto && verdict_is_of_the_dead(&plan))
			continue;
		if (!pick_harms_neighbours(&plan))
			launch_try(&launch, part, &plan);
	}
}

static void
kill_at_point(enum launch_part part, const struct launch_point *point)
{
	enum inject_act acts[2];
	const size_t n =
	    pick_kills(pick_share_of(launch.is_complete, point->is_edge),
		point->nth, &launch.seed, acts);
	struct inject_plan plan = {
		.number = point->number,
		.nth = point->nth,
	};

	for (size_t i = 0; i < n; i++) {
		plan.act = acts[i];
		launch_try(&launch, part, &plan);
	}
}

static void
try_part(enum launch_part part, launch_with with, size_t sample)
{
	const char *only = getenv("PSD_FAULT_STEP");
	const size_t n = launch.n_points[part];

	if (only != NULL && strcmp(only, launch_name(part)) != 0)
		return;
	for (size_t i = 0; launch.is_complete ? i < n : i < sample; i++)
		with(part,
		    &launch.points[part]
				  [launch.is_complete ? i : random_below(n)]);
}

static void
try_both(launch_with with, size_t sample)
{
	launch_begin(&launch);
	try_part(LAUNCH_START, with, sample);
	try_part(LAUNCH_STOP, with, sample);
	launch_end(&launch);
}

static void
a_call_that_fails_lets_it_work_or_end_with_a_word(void **state)
{
	(void)state;
	try_both(fail_point, SAMPLE);
}

static void
one_that_is_killed_is_followed_by_one_that_works(void **state)
{
	(void)state;
	try_both(kill_at_point, SAMPLE_OF_KILLS);
}

/* The last that is such a call. */
static unsigned
find(bool (*is_one)(const struct launch_point *point))
{
	unsigned nth = 0;

	for (size_t i = 0; i < launch.n_points[LAUNCH_START]; i++)
		if (is_one(&launch.points[LAUNCH_START][i]))
			nth = launch.points[LAUNCH_START][i].nth;
	assert_true(nth > 0);
	return nth;
}

static void
fail_one(int number, bool (*is_one)(const struct launch_point *point),
    int error, const char *words)
{
	struct inject_plan plan = {
		.act = INJECT_FAIL,
		.number = number,
		.error = error,
	};

	launch_begin(&launch);
	plan.nth = find(is_one);
	launch_try(&launch, LAUNCH_START, &plan);
	assert_true(!tally_wants(launch_name(LAUNCH_START), &plan) ||
	    daemon_rig_has_logged(&launch.day.rig, words));
	launch_end(&launch);
}

static bool
sets_signal(const struct launch_point *point)
{
	return point->number == SYS_rt_sigaction;
}

/* It said "not started: see the lines above", below nothing. */
static void
a_start_that_cannot_prepare_for_helpers_says_so(void **state)
{
	(void)state;
	fail_one(SYS_rt_sigaction, sets_signal, EINVAL,
	    "cannot prepare for helpers: Invalid argument");
}

/* Nothing else is opened so. */
static bool
opens_null(const struct launch_point *point)
{
	return point->number == SYS_openat &&
	    point->third == (O_RDWR | O_CLOEXEC);
}

/* It went on, and no helper ever started. */
static void
a_start_without_a_null_device_says_so(void **state)
{
	(void)state;
	fail_one(SYS_openat, opens_null, EMFILE,
	    "cannot open /dev/null: Too many open files");
}

/* Whatever it was to be told of, a listener say, it was deaf to for good. */
static void
a_start_that_may_not_watch_something_serves_or_ends_with_a_word(void **state)
{
	struct inject_plan plan = {
		.act = INJECT_FAIL,
		.number = SYS_epoll_ctl,
		.error = ENOMEM,
	};

	(void)state;
	launch_begin(&launch);
	for (size_t i = 0; i < launch.n_points[LAUNCH_START]; i++) {
		const struct launch_point *point =
		    &launch.points[LAUNCH_START][i];

		plan.nth = point->nth;
		if (point->number == SYS_epoll_ctl)
			launch_try(&launch, LAUNCH_START, &plan);
	}
	launch_end(&launch);
}

static bool
drops_capability(const struct launch_point *point)
{
	return point->number == SYS_prctl && point->first == PR_CAPBSET_DROP;
}

/* It served nobody: each helper found what it had left, and did not start. */
static void
a_start_that_keeps_part_of_its_bounding_set_says_so(void **state)
{
	struct inject_plan plan = {
		.act = INJECT_FAIL,
		.number = SYS_prctl,
		.error = EINVAL,
	};

	(void)state;
	launch_begin(&launch);
	/* The look at the last that there is. */
	plan.nth = find(drops_capability) - 1;
	launch_try(&launch, LAUNCH_START, &plan);
	launch_end(&launch);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_start_that_cannot_prepare_for_helpers_says_so),
		cmocka_unit_test(a_start_without_a_null_device_says_so),
		cmocka_unit_test(
		    a_start_that_may_not_watch_something_serves_or_ends_with_a_word),
		cmocka_unit_test(
		    a_start_that_keeps_part_of_its_bounding_set_says_so),
		cmocka_unit_test(
		    a_call_that_fails_lets_it_work_or_end_with_a_word),
		cmocka_unit_test(
		    one_that_is_killed_is_followed_by_one_that_works),
	};

	if (inject_prepare() != 0 || day_leave_host() != 0)
		return 77;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
