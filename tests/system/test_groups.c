/* SPDX-License-Identifier: ISC */
/* The control groups of a real daemon: made ahead, emptied, removed. */
#include "daemon/cgroup.h"
#include "daemon/cgroup_find.h"
#include "tests/system/reexec_fixture.h"

#include <dirent.h>
#include <limits.h>

/* What a group's leaves are called, one after the other. */
enum { NAMES_SIZE = 4096 };

static char base[PATH_MAX];

/*
 * Two instances of a puppet that may leave processes behind, and one each with
 * limits.
 */
enum { INSTANCES = 4 };

static int
start(void **state)
{
	const char *text;
	char membership[64], why[256];
	bool is_top;

	(void)state;
	(void)prepare(state);
	daemon_rig_puppet(&rig, "one", "Instances=2",
	    "SystemCallFilter=clone fork vfork set_robust_list setsid "
	    "wait4 close_range");
	daemon_rig_puppet(&rig, "few", "Instances=1\nTasksMax=1",
	    "SystemCallFilter=clone fork vfork set_robust_list");
	daemon_rig_puppet(&rig, "small", "Instances=1\nMemoryMax=16M", "");
	daemon_rig_start(&rig);
	base[0] = '\0';
	assert_int_equal(daemon_rig_ctl(&rig, &text, "status", NULL), 0);
	if (strstr(text, "MISSING: cgroup: ") != NULL)
		return 0;
	(void)snprintf(membership, sizeof(membership), "/proc/%d/cgroup",
	    rig.pid);
	assert_int_equal(psd_cgroup_find_in("/proc/self/mountinfo", membership,
			     NULL, base, sizeof(base), &is_top, why,
			     sizeof(why)),
	    0);
	/* It is in a leaf of its own. */
	*strrchr(base, '/') = '\0';
	return 0;
}

static void
skip_without_groups(void)
{
	if (base[0] != '\0')
		return;
	print_message("SKIP: no control group\n");
	skip();
}

static int
is_leaf(const struct dirent *entry)
{
	return strncmp(entry->d_name, "instance-", 9) == 0;
}

/* How many leaves there are, and their names in order. */
static int
list_leaves(char ret_names[NAMES_SIZE])
{
	struct dirent **entries = NULL;
	const int n = scandir(base, &entries, is_leaf, alphasort);
	size_t len = 0;

	ret_names[0] = '\0';
	for (int i = 0; i < n; i++) {
		len += (size_t)snprintf(ret_names + len, NAMES_SIZE - len,
		    "%s ", entries[i]->d_name);
		assert_true(len < NAMES_SIZE);
		free(entries[i]);
	}
	free(entries);
	return n;
}

/* By the deadline; half of those made ahead may be made again later. */
static void
expect_leaves(char ret_names[NAMES_SIZE])
{
	int n = list_leaves(ret_names);

	for (int ms = 0; n < INSTANCES + PSD_SPARE_LEAVES / 2 ||
	     n > INSTANCES + PSD_SPARE_LEAVES;
	     ms += STEP_MS) {
		if (ms > TEST_DEADLINE)
			fail_msg("%d leaves: %s", n, ret_names);
		(void)poll(NULL, 0, STEP_MS);
		n = list_leaves(ret_names);
	}
}

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
	assert_null(strstr(text, "MISSING: cgroup: "));
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

/* Whoever is to wait for it may take his time. */
static bool
is_alive(const char *pid)
{
	char path[64], text[512];
	const char *state;
	FILE *file;
	size_t n;

	(void)snprintf(path, sizeof(path), "/proc/%s/stat", pid);
	file = fopen(path, "re");
	if (file == NULL)
		return false;
	n = fread(text, 1, sizeof(text) - 1, file);
	text[n] = '\0';
	(void)fclose(file);
	state = strrchr(text, ')');
	return state != NULL && state[2] != 'Z' && state[2] != 'X';
}

/* A process of another session, whose parents are gone. */
static void
leave_behind(char ret_pid[32])
{
	const int fd = daemon_rig_connect(&rig, "one");

	(void)snprintf(ret_pid, 32, "%s", daemon_rig_say(fd, "scatter"));
	assert_true(atoi(ret_pid) > 1);
	(void)close(fd);
}

static void
what_a_helper_left_is_killed_and_its_leaf_removed(void **state)
{
	enum { ROUNDS = PSD_SPARE_LEAVES };
	char pid[32], names[NAMES_SIZE];

	(void)state;
	skip_without_groups();
	for (int i = 0; i < ROUNDS; i++) {
		leave_behind(pid);
		for (int ms = 0; is_alive(pid); ms += STEP_MS) {
			assert_true(ms < TEST_DEADLINE);
			(void)poll(NULL, 0, STEP_MS);
		}
	}
	expect_leaves(names);
	assert_int_equal(daemon_rig_stop(&rig), 0);
	assert_true(list_leaves(names) <= 0);
}

/* How often it was given the processor, having slept. */
static long
count_wakeups(void)
{
	char path[64], line[256];
	long n = -1;
	FILE *file;

	(void)snprintf(path, sizeof(path), "/proc/%d/status", rig.pid);
	file = fopen(path, "re");
	assert_non_null(file);
	while (fgets(line, sizeof(line), file) != NULL)
		if (sscanf(line, "voluntary_ctxt_switches: %ld", &n) == 1)
			break;
	(void)fclose(file);
	assert_true(n >= 0);
	return n;
}

static void
with_nothing_to_do_nothing_wakes_the_daemon(void **state)
{
	enum { QUIET_MS = 1200 };
	char pid[32];
	long before;

	(void)state;
	skip_without_groups();
	leave_behind(pid);
	for (int ms = 0; ms < TEST_DEADLINE; ms += QUIET_MS) {
		before = count_wakeups();
		(void)poll(NULL, 0, QUIET_MS);
		if (count_wakeups() == before)
			return;
	}
	fail_msg("%s", "it is woken again and again");
}

#define GROUP_CASE(test) cmocka_unit_test_setup_teardown(test, start, clean)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		GROUP_CASE(leaves_are_made_ahead_and_none_is_left_at_the_end),
		GROUP_CASE(leaves_survive_a_re_execution),
		GROUP_CASE(what_a_helper_left_is_killed_and_its_leaf_removed),
		GROUP_CASE(with_nothing_to_do_nothing_wakes_the_daemon),
		GROUP_CASE(status_says_which_limits_do_not_hold),
		GROUP_CASE(a_helper_at_its_number_of_tasks_is_told),
		GROUP_CASE(a_helper_that_has_no_memory_left_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
