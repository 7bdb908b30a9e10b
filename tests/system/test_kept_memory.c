/* SPDX-License-Identifier: ISC */
/*
 * What the daemon and its helpers have in memory stays there: nobody of the
 * same user reads it, and no crash leaves it in a file.
 */
#include "tests/support/child.h"
#include "tests/system/rig_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * Whoever starts the daemon asks for cores, and stands in a directory where
 * they would be found.
 */
static void
start_where_cores_are_wanted(void)
{
	struct rlimit cores;
	char here[PATH_MAX];

	assert_non_null(getcwd(here, sizeof(here)));
	assert_int_equal(getrlimit(RLIMIT_CORE, &cores), 0);
	cores.rlim_cur = cores.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_CORE, &cores), 0);
	assert_int_equal(chdir(rig.dir), 0);
	daemon_rig_start(&rig);
	assert_int_equal(chdir(here), 0);
}

/* By /proc, since prlimit() of another user takes a capability. */
static void
expect_no_core_limit(pid_t pid)
{
	char path[64], line[256];
	FILE *limits;

	(void)snprintf(path, sizeof(path), "/proc/%d/limits", pid);
	limits = fopen(path, "re");
	assert_non_null(limits);
	while (fgets(line, sizeof(line), limits) != NULL) {
		char soft[32], hard[32];

		if (sscanf(line, "Max core file size %31s %31s", soft, hard) !=
		    2)
			continue;
		assert_string_equal(soft, "0");
		assert_string_equal(hard, "0");
		assert_int_equal(fclose(limits), 0);
		return;
	}
	fail_msg("%s says nothing of cores", path);
}

static bool
has_core(void)
{
	char pattern[PATH_MAX];
	glob_t found = { .gl_pathc = 0 };
	size_t n;

	(void)snprintf(pattern, sizeof(pattern), "%s/core*", rig.dir);
	(void)glob(pattern, 0, NULL, &found);
	n = found.gl_pathc;
	globfree(&found);
	return n > 0;
}

/*
 * The one capability with which non-dumpable memory is read.  All others stay,
 * or those that the daemon has would be what is in the way.
 */
static bool
drop_ptrace(void)
{
	const cap_value_t ptrace = CAP_SYS_PTRACE;
	cap_t caps = cap_get_proc();

	return caps != NULL &&
	    cap_set_flag(caps, CAP_EFFECTIVE, 1, &ptrace, CAP_CLEAR) == 0 &&
	    cap_set_flag(caps, CAP_PERMITTED, 1, &ptrace, CAP_CLEAR) == 0 &&
	    cap_set_proc(caps) == 0 && cap_free(caps) == 0;
}

static int
wait_without_ptrace(void *argument)
{
	const int *ready = argument;

	if (!drop_ptrace() || write(*ready, "", 1) != 1)
		return 1;
	for (;;)
		(void)pause();
}

/*
 * The addresses of mappings, the environment and the auxiliary vector are left
 * out: newer kernels show them to CAP_PERFMON and CAP_SYS_ADMIN.
 */
static int
read_as_the_same_user(void *argument)
{
	static const char *const files[] = { "mem", "syscall" };
	const pid_t pid = *(pid_t *)argument;
	char path[64], byte;

	if (!drop_ptrace())
		return 1;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		int fd;

		(void)snprintf(path, sizeof(path), "/proc/%d/%s", pid,
		    files[i]);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		/* Nothing is at address 0; whoever may look is told EIO. */
		if (fd >= 0 && (read(fd, &byte, 1) > 0 || errno == EIO))
			return 2 + (int)i;
		if (fd >= 0)
			(void)close(fd);
	}
	return ptrace(PTRACE_SEIZE, pid, NULL, NULL) < 0 ? 0 : 99;
}

static void
expect_nobody_reads(pid_t pid)
{
	assert_int_equal(test_child_exit_status(
			     test_child_start(read_as_the_same_user, &pid)),
	    0);
}

/* Or the others would say nothing. */
static void
who_is_dumpable_is_read_by_its_own_user(void **state)
{
	pid_t other;
	int ready[2];
	char byte;

	(void)state;
	assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
	other = test_child_start(wait_without_ptrace, &ready[1]);
	assert_true(other > 0);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	assert_int_not_equal(test_child_exit_status(
				 test_child_start(read_as_the_same_user,
				     &other)),
	    0);
	test_child_kill(other);
	(void)close(ready[0]);
	(void)close(ready[1]);
}

static void
the_daemons_memory_is_not_read_by_its_own_user(void **state)
{
	(void)state;
	daemon_rig_start(&rig);
	expect_nobody_reads(rig.pid);
}

static void
it_is_not_read_after_a_reexec(void **state)
{
	const char *text;

	(void)state;
	start_where_cores_are_wanted();
	assert_int_equal(daemon_rig_ctl(&rig, &text, "reexec", NULL), 0);
	expect_nobody_reads(rig.pid);
	expect_no_core_limit(rig.pid);
}

static void
a_daemon_that_crashes_leaves_no_core(void **state)
{
	int status;

	(void)state;
	start_where_cores_are_wanted();
	expect_no_core_limit(rig.pid);
	assert_int_equal(kill(rig.pid, SIGQUIT), 0);
	assert_int_equal(test_child_wait(rig.pid, &status), 0);
	rig.pid = -1;
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGQUIT);
	assert_false(WCOREDUMP(status));
	assert_false(has_core());
}

static void
a_helper_that_crashes_leaves_no_core(void **state)
{
	pid_t helper;
	int fd;

	(void)state;
	start_where_cores_are_wanted();
	fd = daemon_rig_connect(&rig, "one");
	helper = (pid_t)strtol(daemon_rig_say(fd, "pid"), NULL, 10);
	expect_no_core_limit(helper);
	assert_int_equal(kill(helper, SIGQUIT), 0);
	assert_true(daemon_rig_logs(&rig, "ended: abrupt"));
	assert_false(has_core());
	(void)close(fd);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, prepare_one, clean)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_is_dumpable_is_read_by_its_own_user),
		CASE(the_daemons_memory_is_not_read_by_its_own_user),
		CASE(it_is_not_read_after_a_reexec),
		CASE(a_daemon_that_crashes_leaves_no_core),
		CASE(a_helper_that_crashes_leaves_no_core),
	};

	if (geteuid() != 0) {
		print_message("SKIP: no helpers of other users without root\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
