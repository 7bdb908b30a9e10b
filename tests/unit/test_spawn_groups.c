/* SPDX-License-Identifier: ISC */
/*
 * A child beside whom the daemon runs on has its part of the daemon's table of
 * descriptors, whatever becomes of that meanwhile.
 */
#include "tests/unit/held_fixture.h"

#include <stdlib.h>

static void
expect_small_table(bool owns_uid)
{
	static int fds[MANY];
	struct spawn_rig *rig = &rigs[0];
	char size[16];

	fill_table(fds);
	init(rig, "tiny_pong");
	rig->plan.owns_uid = owns_uid;
	rig->birth.may_fail_later = owns_uid;
	assert_int_equal(spawn_rig_start(rig), 0);
	assert_int_equal(rig->child.later != NULL, owns_uid);
	expect_answer(rig);
	spawn_rig_status(rig, "FDSize", size, sizeof(size));
	assert_in_range(atoi(size), 1, TABLE_MAX);
	stop(rig);
	for (size_t i = 0; i < MANY; i++)
		psd_fd_close(fds[i]);
}

static void
its_table_is_small_beside_thousands_of_descriptors(void **state)
{
	(void)state;
	expect_small_table(true);
}

static void
so_is_that_of_one_that_is_waited_for_under_a_uid_of_others(void **state)
{
	(void)state;
	expect_small_table(false);
}

static void
hear(void)
{
	assert_int_equal(test_poll(psd_spawn_bell(), POLLIN, TEST_DEADLINE),
	    POLLIN);
	psd_spawn_hear();
}

/* Which it does without a word, and lives. */
static void
end_that_it_closes_is_seen(void **state)
{
	struct spawn_rig *rig = &rigs[0];
	const struct remote_call call = {
		.number = SYS_close,
		.args = { 3 },
	};
	char byte;

	(void)state;
	psd_spawn_hear();
	init(rig, "tiny_remote");
	assert_int_equal(spawn_rig_start(rig), 0);
	assert_non_null(rig->child.later);
	hear();
	assert_int_equal(send(rig->pair, &call, sizeof(call), MSG_NOSIGNAL),
	    (ssize_t)sizeof(call));
	assert_int_equal(test_poll(rig->pair, POLLRDHUP, TEST_DEADLINE) &
		POLLRDHUP,
	    POLLRDHUP);
	assert_int_equal(recv(rig->pair, &byte, 1, MSG_DONTWAIT), 0);
	stop(rig);
}

/* Each one's numbers are the next one's before it has run. */
static void
more_at_once_than_there_is_room_for_all_start(void **state)
{
	const size_t before = test_fds_count();

	(void)state;
	start_many_held();
	let_children_run();
	answer_and_stop(MORE);
	assert_int_equal(test_fds_count(), before);
}

static void
one_that_is_killed_before_it_ran_leaves_nothing(void **state)
{
	char byte;

	(void)state;
	hold_children();
	for (size_t i = 0; i < MORE; i++) {
		start_held(&rigs[i]);
		assert_int_equal(psd_sys_pidfd_kill(rigs[i].child.pidfd,
				     SIGKILL),
		    0);
	}
	let_children_run();
	for (size_t i = 0; i < MORE; i++) {
		assert_int_equal(spawn_rig_wait(&rigs[i]), 128 + SIGKILL);
		psd_spawn_forget(&rigs[i].child);
	}
	for (size_t i = 0; i < MORE; i++) {
		assert_int_equal(recv(rigs[i].pair, &byte, 1, MSG_DONTWAIT), 0);
		stop(&rigs[i]);
	}
	/* There is room as at first. */
	its_table_is_small_beside_thousands_of_descriptors(state);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup(name, be_slow)
		TEST(its_table_is_small_beside_thousands_of_descriptors),
		TEST(
		    so_is_that_of_one_that_is_waited_for_under_a_uid_of_others),
		TEST(end_that_it_closes_is_seen),
		TEST(more_at_once_than_there_is_room_for_all_start),
		TEST(one_that_is_killed_before_it_ran_leaves_nothing),
#undef TEST
	};
	const int skipped = spawn_rig_prepare();

	if (skipped != 0)
		return skipped;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
