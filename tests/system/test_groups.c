/* SPDX-License-Identifier: ISC */
/* The control groups of a real daemon: made ahead, emptied, removed. */
#include "tests/support/rest.h"
#include "tests/system/groups_fixture.h"

static void
leaves_are_made_ahead_and_none_is_left_at_the_end(void **state)
{
	char names[NAMES_SIZE];

	(void)state;
	skip_without_groups();
	expect_leaves(names);
	expect_stop();
	/* The group of our own making is gone; of one that was given to us all
	   leaves are. */
	assert_true(list_leaves(names) <= 0);
}

static void
leaves_survive_a_re_execution(void **state)
{
	char before[NAMES_SIZE], after[NAMES_SIZE];

	(void)state;
	skip_without_groups();
	expect_leaves(before);
	expect_reexec();
	expect_reexec();
	expect_leaves(after);
	assert_string_equal(before, after);
	expect_stop();
	assert_true(list_leaves(after) <= 0);
}

static bool
has_file(const char *name)
{
	char path[PATH_MAX + 64];

	(void)snprintf(path, sizeof(path), "%s/daemon/%s", base, name);
	return access(path, F_OK) == 0;
}

static void
status_says_which_limits_do_not_hold(void **state)
{
	const bool memory = has_file("memory.max"), pids = has_file("pids.max");
	const char *text;

	(void)state;
	skip_without_groups();
	assert_int_equal(daemon_rig_ctl(&rig, &text, "status", NULL), 0);
	assert_int_equal(strstr(text, "cgroup, in part: no controller ") !=
		NULL,
	    !memory || !pids);
	assert_int_equal(strstr(text, "use LimitAS=") != NULL, !memory);
	assert_int_equal(strstr(text, "LimitNPROC=") != NULL, !pids);
	assert_true(daemon_rig_has_logged(&rig, "cgroup, in part: ") ==
	    (!memory || !pids));
	/* The layer is there, and a re-exec forgets neither. */
	expect_reexec();
	assert_int_equal(daemon_rig_ctl(&rig, &text, "status", NULL), 0);
	assert_int_equal(strstr(text, "cgroup, in part: no controller ") !=
		NULL,
	    !memory || !pids);
	assert_null(strstr(text, " cgroup: "));
}

static void
a_helper_at_its_number_of_tasks_is_told(void **state)
{
	const char *text;
	int fd;

	(void)state;
	skip_without_groups();
	if (!has_file("pids.max")) {
		print_message("SKIP: no controller pids\n");
		skip();
	}
	fd = daemon_rig_connect(&rig, "few");
	assert_string_equal(daemon_rig_say(fd, "orphan"), "-1");
	(void)close(fd);
	assert_true(daemon_rig_logs(&rig, "]: reached TasksMax= of "));
	assert_int_equal(daemon_rig_ctl(&rig, &text, "status", "few", NULL), 0);
	assert_non_null(strstr(text, "TasksMax= by 1 helper"));
}

static void
a_helper_that_has_no_memory_left_is_told(void **state)
{
	const char *text;
	int fd;

	(void)state;
	skip_without_groups();
	if (!has_file("memory.max")) {
		print_message("SKIP: no controller memory\n");
		skip();
	}
	fd = daemon_rig_connect(&rig, "small");
	assert_string_equal(daemon_rig_say(fd, "eat 64"), "");
	(void)close(fd);
	assert_true(daemon_rig_logs(&rig, "]: reached MemoryMax= of "));
	assert_true(daemon_rig_logs(&rig,
	    "]: out of memory: the kernel killed "
	    "1 of its processes"));
	assert_true(
	    daemon_rig_logs(&rig, "abrupt (killed by SIGKILL, out of memory)"));
	assert_int_equal(daemon_rig_ctl(&rig, &text, "status", "small", NULL),
	    0);
	assert_non_null(
	    strstr(text, "MemoryMax= reached by 1 helper (1 killed)"));
}

static void
with_nothing_to_do_nothing_wakes_the_daemon(void **state)
{
	enum { QUIET_MS = 1200 };
	char pid[32];

	(void)state;
	skip_without_groups();
	leave_behind(pid);
	assert_true(test_rests(rig.pid, QUIET_MS));
}

#define GROUP_CASE(test) cmocka_unit_test_setup_teardown(test, start, clean)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		GROUP_CASE(leaves_are_made_ahead_and_none_is_left_at_the_end),
		GROUP_CASE(leaves_survive_a_re_execution),
		GROUP_CASE(with_nothing_to_do_nothing_wakes_the_daemon),
		GROUP_CASE(status_says_which_limits_do_not_hold),
		GROUP_CASE(a_helper_at_its_number_of_tasks_is_told),
		GROUP_CASE(a_helper_that_has_no_memory_left_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
