/* SPDX-License-Identifier: ISC */
/* What a helper leaves behind in its control group is killed. */
#include "tests/support/preload.h"
#include "tests/system/groups_fixture.h"

static void
what_a_helper_left_is_killed_and_its_leaf_removed(void **state)
{
	enum { ROUNDS = PSD_SPARE_LEAVES };
	char pid[32], names[NAMES_SIZE];

	(void)state;
	skip_without_groups();
	for (int i = 0; i < ROUNDS; i++) {
		leave_behind(pid);
		expect_death(pid);
	}
	expect_leaves(names);
	assert_int_equal(daemon_rig_stop(&rig), 0);
	assert_true(list_leaves(names) <= 0);
}

/*
 * As before Linux 5.14.  It has a uid that others have, too, so that nothing but
 * its group tells whose processes they are.
 */
static int
start_without_kill(void **state)
{
	int r;

	shares_uid = true;
	if (getenv("PSD_ASAN") == NULL)
		assert_int_equal(preload("no_cgroup_kill"), 0);
	r = start(state);
	shares_uid = false;
	assert_int_equal(unsetenv("LD_PRELOAD"), 0);
	return r;
}

static void
without_cgroup_kill_what_is_left_is_killed_one_by_one(void **state)
{
	enum { LEFT = 4 };
	char pid[32], names[NAMES_SIZE];

	(void)state;
	skip_without_groups();
	if (!preload_is_possible())
		skip();
	assert_true(daemon_rig_has_logged(&rig, "cgroup.kill is hidden"));
	for (int i = 0; i < LEFT; i++) {
		leave_behind(pid);
		expect_death(pid);
	}
	expect_leaves(names);
	assert_int_equal(daemon_rig_stop(&rig), 0);
	assert_true(list_leaves(names) <= 0);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    what_a_helper_left_is_killed_and_its_leaf_removed, start,
		    clean),
		cmocka_unit_test_setup_teardown(
		    without_cgroup_kill_what_is_left_is_killed_one_by_one,
		    start_without_kill, clean),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
