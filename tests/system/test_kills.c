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
    pid_t victim, enum pick_share share)
{
	enum inject_act acts[2];
	const size_t n = pick_kills(share, point->nth, &campaign.seed, acts);
	struct inject_plan plan = pick_plan(point, INJECT_NOTHING);

	plan.victim = victim;
	for (size_t i = 0; i < n; i++) {
		plan.act = acts[i];
		campaign_try(&campaign, step, &plan);
	}
}

static void
kill_caller(struct campaign *of, const struct day_step *step,
    const struct campaign_point *point, enum pick_share share)
{
	(void)of;
	/* Of children, those that are to become helpers. */
	if (!point->of_child || point->executes)
		kill_at(step, point, 0, share);
}

static void
kill_helper(struct campaign *of, const struct day_step *step,
    const struct campaign_point *point, enum pick_share share)
{
	(void)of;
	kill_at(step, point, CAMPAIGN_HELPER, share);
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
