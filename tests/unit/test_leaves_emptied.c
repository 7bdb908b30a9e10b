/* SPDX-License-Identifier: ISC */
/* Leaves in which processes are left: removed as the last of them is gone. */
#include "tests/unit/leaves_fixture.h"

static struct psd_service service = { .daemon = &owner };

/* Moves into the leaf and leaves a process there that has left all else. */
static int
leave_behind(void *argument)
{
	const int *procs = argument;

	TEST_EXPECT(write(*procs, "0", 1) == 1);
	(void)prctl(PR_SET_PDEATHSIG, 0);
	for (int i = 0; i < 2; i++) {
		const pid_t pid = fork();

		TEST_EXPECT(pid >= 0);
		if (pid > 0)
			_exit(0);
		(void)setsid();
	}
	/* Whoever waits for our output is not to wait for us. */
	(void)close_range(0, ~0U, 0);
	for (;;)
		(void)pause();
}

static struct psd_instance
end_with_a_grandchild(void)
{
	struct psd_cgroup *cgroup = &owner.host.cgroup;
	struct psd_instance instance = { .service = &service };
	_cleanup_fd_ int procs = PSD_NO_FD;

	instance.leaf = psd_leaves_take(&owner, UINT64_MAX, UINT32_MAX);
	assert_true(instance.leaf >= 0);
	procs = openat(psd_cgroup_leaf_fd(cgroup, instance.leaf),
	    "cgroup.procs", O_WRONLY | O_CLOEXEC);
	assert_true(procs >= 0);
	assert_int_equal(test_child_exit_status(
			     test_child_start(leave_behind, &procs)),
	    0);
	return instance;
}

static bool
is_there(int leaf)
{
	char path[PATH_MAX + 32];

	(void)snprintf(path, sizeof(path), "%s/instance-%d",
	    owner.host.cgroup.path, leaf);
	return access(path, F_OK) == 0;
}

/* By what the kernel tells alone: there is no timer. */
static void
expect_removal(bool has_kill)
{
	struct psd_cgroup *cgroup = &owner.host.cgroup;
	struct psd_instance instance = end_with_a_grandchild();
	const int leaf = instance.leaf;

	cgroup->has_kill = has_kill;
	assert_true(is_there(leaf));
	psd_leftover_release(&instance);
	assert_int_equal(instance.leaf, -1);
	while (cgroup->n_doomed > 0) {
		assert_null(owner.sweep_source);
		assert_true(sd_event_run(owner.event,
				TEST_DEADLINE * UINT64_C(1000)) > 0);
	}
	assert_null(owner.sweep_source);
	assert_false(is_there(leaf));
	/* Nothing is left that would wake anybody. */
	(void)turns();
	assert_int_equal(sd_event_run(owner.event, 1000), 0);
}

static void
what_a_helper_left_is_gone_as_the_kernel_tells(void **state)
{
	(void)state;
	if (!owner.host.cgroup.has_kill) {
		print_message("SKIP: no cgroup.kill\n");
		skip();
	}
	expect_removal(true);
}

static void
without_cgroup_kill_it_is_gone_as_well(void **state)
{
	(void)state;
	expect_removal(false);
}

static void
many_that_end_at_once_are_all_removed(void **state)
{
	enum { MANY = 20 };
	struct psd_cgroup *cgroup = &owner.host.cgroup;
	struct psd_instance instances[MANY];
	const size_t fds = test_fds_count();

	(void)state;
	for (int i = 0; i < MANY; i++) {
		cgroup->has_kill = cgroup->has_kill && i % 2 == 0;
		instances[i] = end_with_a_grandchild();
	}
	for (int i = 0; i < MANY; i++)
		psd_leftover_release(&instances[i]);
	while (cgroup->n_doomed > 0)
		assert_true(sd_event_run(owner.event,
				TEST_DEADLINE * UINT64_C(1000)) > 0);
	(void)turns();
	/*
	 * The spare ones, what the kernel tells by, and a timer of the loop's if
	 * that told more than it hears in a while.
	 */
	assert_in_range(test_fds_count(), fds + PSD_SPARE_LEAVES + 1,
	    fds + PSD_SPARE_LEAVES + 2);
}

static int
sweep(void *argument)
{
	struct psd_instance *instance = argument;

	TEST_EXPECT(make_own_loop());
	TEST_EXPECT(test_deny(SYS_inotify_init1, EMFILE) == 0);
	/* The parent would not know of leaves that are made ahead here. */
	owner.config.is_run = true;
	psd_leftover_release(instance);
	TEST_EXPECT(owner.host.cgroup.n_doomed == 1);
	TEST_EXPECT(owner.sweep_source != NULL);
	while (owner.host.cgroup.n_doomed > 0)
		TEST_EXPECT(sd_event_run(owner.event,
				TEST_DEADLINE * UINT64_C(1000)) > 0);
	TEST_EXPECT(owner.sweep_source == NULL);
	return 0;
}

static void
where_nothing_is_told_a_timer_sweeps(void **state)
{
	struct psd_instance instance;

	(void)state;
	if (test_under_valgrind()) {
		print_message("SKIP: valgrind counts what a child leaks\n");
		skip();
	}
	instance = end_with_a_grandchild();
	assert_int_equal(test_child_exit_status(
			     test_child_start(sweep, &instance)),
	    0);
	assert_false(is_there(instance.leaf));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		CASE(what_a_helper_left_is_gone_as_the_kernel_tells),
		CASE(without_cgroup_kill_it_is_gone_as_well),
		CASE(many_that_end_at_once_are_all_removed),
		CASE(where_nothing_is_told_a_timer_sweeps),
	};

	return run(tests, PSD_ELEMENTS(tests));
}
