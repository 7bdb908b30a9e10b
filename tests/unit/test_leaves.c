/* SPDX-License-Identifier: ISC */
/* Leaves of the control group that are made ahead. */
#include "tests/unit/leaves_fixture.h"

static void
one_is_made_a_turn_and_then_the_loop_rests(void **state)
{
	struct psd_cgroup *cgroup = &owner.host.cgroup;

	(void)state;
	assert_int_equal(turns(), 0);
	psd_leaves_refill(&owner);
	assert_int_equal(cgroup->n_spare, 0);
	for (uint32_t i = 1; i <= PSD_SPARE_LEAVES; i++) {
		assert_true(sd_event_run(owner.event, 0) > 0);
		assert_int_equal(cgroup->n_spare, i);
	}
	/* It finds that there are enough. */
	assert_true(turns() <= 1);
	assert_int_equal(cgroup->n_spare, PSD_SPARE_LEAVES);
	psd_leaves_refill(&owner);
	assert_int_equal(turns(), 0);
}

static void
what_is_taken_was_made_before(void **state)
{
	struct psd_cgroup *cgroup = &owner.host.cgroup;
	size_t fds;
	int leaf;

	(void)state;
	psd_leaves_refill(&owner);
	(void)turns();
	fds = test_fds_count();
	leaf = psd_leaves_take(&owner, UINT64_MAX, UINT32_MAX);
	assert_true(psd_cgroup_has_leaf(cgroup, leaf));
	/* Nothing was opened for it. */
	assert_int_equal(test_fds_count(), fds);
	assert_int_equal(cgroup->n_spare, PSD_SPARE_LEAVES - 1);
	psd_cgroup_leaf_remove(cgroup, leaf);
}

static void
what_is_taken_is_made_again_when_half_of_them_are_gone(void **state)
{
	struct psd_cgroup *cgroup = &owner.host.cgroup;
	int leaves[PSD_SPARE_LEAVES / 2 + 1];

	(void)state;
	psd_leaves_refill(&owner);
	(void)turns();
	for (int i = 0; i <= PSD_SPARE_LEAVES / 2; i++) {
		/* Before that the loop goes to sleep at once. */
		assert_int_equal(turns(), 0);
		leaves[i] = psd_leaves_take(&owner, UINT64_MAX, UINT32_MAX);
	}
	(void)turns();
	assert_int_equal(cgroup->n_spare, PSD_SPARE_LEAVES);
	for (int i = 0; i <= PSD_SPARE_LEAVES / 2; i++)
		psd_cgroup_leaf_remove(cgroup, leaves[i]);
}

static void
who_finds_none_makes_one(void **state)
{
	struct psd_cgroup *cgroup = &owner.host.cgroup;
	int leaves[PSD_SPARE_LEAVES + 2];

	(void)state;
	psd_leaves_refill(&owner);
	(void)turns();
	for (int i = 0; i < PSD_SPARE_LEAVES + 2; i++) {
		leaves[i] = psd_leaves_take(&owner, UINT64_MAX, UINT32_MAX);
		assert_true(psd_cgroup_has_leaf(cgroup, leaves[i]));
		for (int k = 0; k < i; k++)
			assert_int_not_equal(leaves[k], leaves[i]);
	}
	assert_int_equal(cgroup->n_spare, 0);
	for (int i = 0; i < PSD_SPARE_LEAVES + 2; i++)
		psd_cgroup_leaf_remove(cgroup, leaves[i]);
}

static void
a_run_of_one_program_makes_none_ahead(void **state)
{
	(void)state;
	owner.config.is_run = true;
	psd_leaves_refill(&owner);
	owner.config.is_run = false;
	assert_int_equal(turns(), 0);
}

static int
refused(void *argument)
{
	(void)argument;
	TEST_EXPECT(make_own_loop());
	TEST_EXPECT(test_deny(SYS_mkdirat, EAGAIN) == 0);
	psd_leaves_refill(&owner);
	TEST_EXPECT(turns() == 1 && owner.host.cgroup.n_spare == 0);
	TEST_EXPECT(psd_leaves_take(&owner, UINT64_MAX, UINT32_MAX) == -EAGAIN);
	TEST_EXPECT(turns() == 1);
	return 0;
}

static void
one_that_cannot_be_made_keeps_the_loop_no_busier(void **state)
{
	(void)state;
	if (test_under_valgrind()) {
		print_message("SKIP: valgrind counts what a child leaks\n");
		skip();
	}
	assert_int_equal(test_child_exit_status(
			     test_child_start(refused, NULL)),
	    0);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		CASE(one_is_made_a_turn_and_then_the_loop_rests),
		CASE(what_is_taken_was_made_before),
		CASE(what_is_taken_is_made_again_when_half_of_them_are_gone),
		CASE(who_finds_none_makes_one),
		CASE(a_run_of_one_program_makes_none_ahead),
		CASE(one_that_cannot_be_made_keeps_the_loop_no_busier),
	};

	return run(tests, PSD_ELEMENTS(tests));
}
