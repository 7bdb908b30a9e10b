/* SPDX-License-Identifier: ISC */
/*
 * A daemon, a child of it that is to become a helper, or a helper, is killed at
 * each system call of the day, before it is made and after: a sample of that
 * here, the seed of which is printed, and all of it with PSD_SOAK=1 (make soak).
 */
#include "tests/faults/pick.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { SAMPLE = 3, SAMPLE_OF_CHILDREN = 6, SAMPLE_OF_HELPERS = 12 };

static struct campaign campaign;

static void
kill_at(const struct day_step *step, const struct campaign_point *point,
    pid_t victim, bool one_of_them)
{
	struct inject_plan plan = pick_plan(point, INJECT_KILL_BEFORE);
	const bool is_after = campaign_random(&campaign, 2) == 1;

	plan.victim = victim;
	if (!one_of_them || !is_after)
		campaign_try(&campaign, step, &plan);
	plan.act = INJECT_KILL_AFTER;
	if (!one_of_them || is_after)
		campaign_try(&campaign, step, &plan);
}

static void
kill_caller(struct campaign *of, const struct day_step *step,
    const struct campaign_point *point, bool one_of_them)
{
	(void)of;
	/* Of children, those that are to become helpers. */
	if (!point->of_child || point->executes)
		kill_at(step, point, 0, one_of_them);
}

static void
kill_helper(struct campaign *of, const struct day_step *step,
    const struct campaign_point *point, bool one_of_them)
{
	(void)of;
	kill_at(step, point, CAMPAIGN_HELPER, one_of_them);
}

static void
after_a_killed_daemon_the_next_one_starts_clean(void **state)
{
	(void)state;
	campaign_begin(&campaign, false);
	pick_points(&campaign, false, NULL, kill_caller, SAMPLE);
	campaign_end(&campaign);
}

static void
a_child_that_is_killed_at_a_step_leaves_nothing(void **state)
{
	(void)state;
	campaign_begin(&campaign, true);
	pick_points(&campaign, true, NULL, kill_caller, SAMPLE_OF_CHILDREN);
	campaign_end(&campaign);
}

static void
a_helper_that_is_killed_while_it_is_served_leaves_nothing(void **state)
{
	(void)state;
	campaign_begin(&campaign, false);
	pick_points(&campaign, false, NULL, kill_helper, SAMPLE_OF_HELPERS);
	campaign_end(&campaign);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    after_a_killed_daemon_the_next_one_starts_clean),
		cmocka_unit_test(
		    a_child_that_is_killed_at_a_step_leaves_nothing),
		cmocka_unit_test(
		    a_helper_that_is_killed_while_it_is_served_leaves_nothing),
	};

	if (inject_prepare() != 0 || day_leave_host() != 0)
		return 77;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
