/* SPDX-License-Identifier: ISC */
/* A leaf for each instance: it is born there, and dies there with its own. */
#include "common/fd.h"
#include "daemon/cgroup.h"
#include "tests/support/child.h"
#include "tests/support/deny.h"
#include "tests/support/expect.h"
#include "tests/support/fds.h"
#include "tests/support/spawn_rig.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

static struct psd_cgroup cgroup;

static void
read_leaf(int leaf, const char *name, char *ret, size_t size)
{
	_cleanup_fd_ int fd = openat(psd_cgroup_leaf_fd(&cgroup, leaf), name,
	    O_RDONLY | O_CLOEXEC);
	ssize_t n;

	assert_true(fd >= 0);
	n = read(fd, ret, size - 1);
	assert_true(n >= 0);
	ret[n] = '\0';
}

static bool
leaf_exists(int leaf)
{
	char path[PATH_MAX + 32];

	(void)snprintf(path, sizeof(path), "%s/instance-%d", cgroup.path, leaf);
	return access(path, F_OK) == 0;
}

static void
we_are_in_a_leaf_of_our_own(void **state)
{
	char text[4096] = "";
	_cleanup_fd_ int fd = open("/proc/self/cgroup", O_RDONLY | O_CLOEXEC);

	(void)state;
	assert_true(read(fd, text, sizeof(text) - 1) > 0);
	assert_non_null(strstr(text, "/daemon\n"));
}

static void
helper_is_born_in_its_leaf(void **state)
{
	struct spawn_rig rig;
	char text[4096], wanted[64];
	const int leaf = psd_cgroup_leaf_make(&cgroup, UINT64_MAX, UINT32_MAX);

	(void)state;
	assert_true(leaf >= 0);
	assert_int_equal(spawn_rig_init(&rig, "tiny_pong"), 0);
	rig.birth.cgroup_fd = psd_cgroup_leaf_fd(&cgroup, leaf);
	assert_int_equal(spawn_rig_start(&rig), 0);
	assert_true(rig.child.in_cgroup);
	(void)spawn_rig_proc(&rig, "cgroup", text, sizeof(text));
	(void)snprintf(wanted, sizeof(wanted), "/instance-%d\n", leaf);
	assert_non_null(strstr(text, wanted));
	spawn_rig_stop(&rig);
	spawn_rig_free(&rig);
	psd_cgroup_leaf_remove(&cgroup, leaf);
	assert_false(leaf_exists(leaf));
	assert_int_equal(cgroup.n_doomed, 0);
}

static int
start_slowly(void *argument)
{
	const int *leaf = argument;
	struct spawn_rig rig;
	char text[4096], wanted[64];

	TEST_EXPECT(test_deny(SYS_clone3, ENOSYS) == 0);
	TEST_EXPECT(spawn_rig_init(&rig, "tiny_pong") == 0);
	rig.birth.cgroup_fd = psd_cgroup_leaf_fd(&cgroup, *leaf);
	TEST_EXPECT(spawn_rig_start(&rig) == 0);
	TEST_EXPECT(rig.child.is_slow && rig.child.in_cgroup);
	(void)spawn_rig_proc(&rig, "cgroup", text, sizeof(text));
	(void)snprintf(wanted, sizeof(wanted), "/instance-%d\n", *leaf);
	TEST_EXPECT(strstr(text, wanted) != NULL);
	spawn_rig_stop(&rig);
	return 0;
}

static void
without_clone3_it_moves_there_before_anything_else(void **state)
{
	int leaf = psd_cgroup_leaf_make(&cgroup, UINT64_MAX, UINT32_MAX);

	(void)state;
	assert_true(leaf >= 0);
	assert_int_equal(test_child_exit_status(
			     test_child_start(start_slowly, &leaf)),
	    0);
	psd_cgroup_leaf_remove(&cgroup, leaf);
	assert_false(leaf_exists(leaf));
}

/* Moves into the leaf, and leaves three children of its own there. */
static int
multiply(void *argument)
{
	const int *leaf = argument;
	_cleanup_fd_ int procs = openat(psd_cgroup_leaf_fd(&cgroup, *leaf),
	    "cgroup.procs", O_WRONLY | O_CLOEXEC);

	TEST_EXPECT(write(procs, "0", 1) == 1);
	(void)prctl(PR_SET_PDEATHSIG, 0);
	for (int i = 0; i < 3; i++)
		if (fork() == 0)
			for (;;)
				(void)pause();
	return 0;
}

static void
wait_until_empty(int leaf)
{
	char text[256];

	for (int i = 0; i < TEST_DEADLINE; i++) {
		read_leaf(leaf, "cgroup.events", text, sizeof(text));
		if (strstr(text, "populated 0") != NULL)
			return;
		(void)usleep(1000);
	}
	fail_msg("%s", "the leaf is not empty");
}

static void
kill_reaches_what_a_helper_left_behind(void **state)
{
	int leaf = psd_cgroup_leaf_make(&cgroup, UINT64_MAX, UINT32_MAX);
	char text[256];

	(void)state;
	assert_int_equal(test_child_exit_status(
			     test_child_start(multiply, &leaf)),
	    0);
	read_leaf(leaf, "cgroup.events", text, sizeof(text));
	assert_non_null(strstr(text, "populated 1"));
	assert_int_equal(psd_cgroup_leaf_kill(&cgroup, leaf), 0);
	wait_until_empty(leaf);
	psd_cgroup_leaf_remove(&cgroup, leaf);
	assert_false(leaf_exists(leaf));
}

static void
leaf_that_is_busy_is_removed_later(void **state)
{
	int leaf = psd_cgroup_leaf_make(&cgroup, UINT64_MAX, UINT32_MAX);
	int other;

	(void)state;
	assert_int_equal(test_child_exit_status(
			     test_child_start(multiply, &leaf)),
	    0);
	psd_cgroup_leaf_remove(&cgroup, leaf);
	assert_int_equal(cgroup.n_doomed, 1);
	/* Its number is not given again meanwhile. */
	other = psd_cgroup_leaf_make(&cgroup, UINT64_MAX, UINT32_MAX);
	assert_true(other >= 0 && other != leaf);
	for (int i = 0; i < TEST_DEADLINE && cgroup.n_doomed > 0; i++) {
		(void)usleep(1000);
		psd_cgroup_sweep(&cgroup);
	}
	assert_int_equal(cgroup.n_doomed, 0);
	assert_false(leaf_exists(leaf));
	psd_cgroup_leaf_remove(&cgroup, other);
}

static void
leaf_in_the_way_is_passed_over(void **state)
{
	char path[PATH_MAX + 32];
	int leaf;

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/instance-0", cgroup.path);
	assert_int_equal(mkdir(path, 0755), 0);
	leaf = psd_cgroup_leaf_make(&cgroup, UINT64_MAX, UINT32_MAX);
	assert_int_equal(leaf, 1);
	psd_cgroup_sweep(&cgroup);
	assert_false(leaf_exists(0));
	psd_cgroup_leaf_remove(&cgroup, leaf);
	assert_false(leaf_exists(1));
}

static void
many_leaves_leave_nothing_behind(void **state)
{
	enum { MANY = 200 };
	const size_t fds = test_fds_count();
	int leaves[MANY];

	(void)state;
	for (int i = 0; i < MANY; i++) {
		leaves[i] =
		    psd_cgroup_leaf_make(&cgroup, UINT64_MAX, UINT32_MAX);
		assert_true(leaves[i] >= 0);
	}
	for (int i = 0; i < MANY; i++)
		psd_cgroup_leaf_remove(&cgroup, leaves[i]);
	assert_int_equal(test_fds_count(), fds);
	assert_int_equal(cgroup.n_doomed, 0);
}

static void
limits_apply_where_controllers_are(void **state)
{
	const int leaf = psd_cgroup_leaf_make(&cgroup, 64 << 20, 3);
	char text[64];

	(void)state;
	assert_true(leaf >= 0);
	if (cgroup.has_memory) {
		read_leaf(leaf, "memory.max", text, sizeof(text));
		assert_string_equal(text, "67108864\n");
	}
	if (cgroup.has_pids) {
		read_leaf(leaf, "pids.max", text, sizeof(text));
		assert_string_equal(text, "3\n");
	}
	psd_cgroup_leaf_remove(&cgroup, leaf);
	if (!cgroup.has_memory || !cgroup.has_pids) {
		print_message("SKIP: no memory or pids controller\n");
		skip();
	}
}

/* Opens the group in which somebody else lives too. */
static int
open_shared(void *argument)
{
	struct psd_cgroup shared = { .base_fd = PSD_NO_FD };
	char why[256] = "";
	const char *name = argument;

	TEST_EXPECT(psd_cgroup_open(&shared, name, why, sizeof(why)) == -EBUSY);
	TEST_EXPECT(strstr(why, "Delegate=yes") != NULL);
	return 0;
}

static void
group_with_other_processes_is_not_ours(void **state)
{
	const int leaf = psd_cgroup_leaf_make(&cgroup, UINT64_MAX, UINT32_MAX);
	const char *mount = strrchr(cgroup.path, '/');
	struct spawn_rig rig;
	char name[128];

	(void)state;
	assert_int_equal(spawn_rig_init(&rig, "tiny_pong"), 0);
	rig.birth.cgroup_fd = psd_cgroup_leaf_fd(&cgroup, leaf);
	assert_int_equal(spawn_rig_start(&rig), 0);
	(void)snprintf(name, sizeof(name), "%s/instance-%d", mount, leaf);
	assert_int_equal(test_child_exit_status(
			     test_child_start(open_shared, name)),
	    0);
	spawn_rig_stop(&rig);
	spawn_rig_free(&rig);
	psd_cgroup_leaf_remove(&cgroup, leaf);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(we_are_in_a_leaf_of_our_own),
		cmocka_unit_test(helper_is_born_in_its_leaf),
		cmocka_unit_test(
		    without_clone3_it_moves_there_before_anything_else),
		cmocka_unit_test(kill_reaches_what_a_helper_left_behind),
		cmocka_unit_test(leaf_that_is_busy_is_removed_later),
		cmocka_unit_test(leaf_in_the_way_is_passed_over),
		cmocka_unit_test(many_leaves_leave_nothing_behind),
		cmocka_unit_test(limits_apply_where_controllers_are),
		cmocka_unit_test(group_with_other_processes_is_not_ours),
	};
	char why[256], path[PATH_MAX];
	const int skipped = spawn_rig_prepare();
	int failed;

	if (skipped != 0)
		return skipped;
	if (psd_cgroup_open(&cgroup, NULL, why, sizeof(why)) < 0) {
		printf("1..0 # SKIP no control group: %s\n", why);
		return 77;
	}
	(void)snprintf(path, sizeof(path), "%s", cgroup.path);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	psd_cgroup_close(&cgroup);
	if (strstr(path, "privsepd-") != NULL && access(path, F_OK) == 0) {
		printf("# %s is left\n", path);
		failed++;
	}
	return failed;
}
