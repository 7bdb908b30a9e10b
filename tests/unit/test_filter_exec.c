/* SPDX-License-Identifier: ISC */
/* Programs started under their filter: they run, and start nothing else. */
#include "tests/support/filter.h"

#include "common/mem.h"
#include "daemon/exec_path.h"
#include "tests/support/spawn_rig.h"
#include "tests/support/valgrind.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { NOFILE = 64, NOT_STARTED = 97, ARGUMENTS_MAX = 4 };

/* The program's descriptor gets the first number above the limit. */
static struct psd_filter_numbers numbers = { NOFILE, NOFILE + 1, NULL };

/* What the child does before its filter, and with it. */
struct start {
	char *argv[ARGUMENTS_MAX];
};

static void
start(void *argument)
{
	char *const environment[] = { (char[]){ "PATH=/bin" }, NULL };
	const struct start *start = argument;

	(void)syscall(SYS_execveat, numbers.exec_fd,
	    numbers.exec_path != NULL ? numbers.exec_path : "", start->argv,
	    environment, AT_EMPTY_PATH);
	test_filter_exit(NOT_STARTED);
}

/*
 * The descriptor is above the limit in this process for a moment: dup2()
 * first, the limit after it.  The hard limit of the test itself stays.
 */
static int
run(const struct psd_filter *filter, const struct start *how)
{
	struct rlimit before;
	int fd = open(how->argv[0], O_PATH | O_CLOEXEC);
	int status;

	assert_true(fd >= 0);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	assert_int_equal(dup3(fd, numbers.exec_fd, O_CLOEXEC), numbers.exec_fd);
	assert_int_equal(close(fd), 0);
	assert_int_equal(setrlimit(RLIMIT_NOFILE,
			     &(struct rlimit){ NOFILE, before.rlim_max }),
	    0);
	status =
	    test_filter_run(&filter->program, start, (void *)(uintptr_t)how);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_int_equal(close(numbers.exec_fd), 0);
	return status;
}

/* The status of `attempt NAME` under the policy. */
static int
attempt(const char *words, enum psd_violation on_violation, const char *name)
{
	struct psd_filter *filter = test_filter_compile(words, on_violation,
	    PSD_FILTER_PLAIN, &numbers);
	char program[PATH_MAX], what[64], number[16];
	struct start how = { .argv = { program, what, number } };
	int status;

	spawn_rig_program(program, sizeof(program), "attempt");
	(void)snprintf(what, sizeof(what), "%s", name);
	(void)snprintf(number, sizeof(number), "%d", numbers.exec_fd);
	status = run(filter, &how);
	psd_filter_free(filter);
	return status;
}

static void
expect_killed(const char *words, const char *name)
{
	const int status = attempt(words, PSD_VIOLATION_KILL, name);

	if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGSYS)
		fail_msg("%s: status 0x%x, not killed", name, (unsigned)status);
}

static void
expect_exit(const char *words, enum psd_violation on_violation,
    const char *name, int error)
{
	const int status = attempt(words, on_violation, name);

	if (!WIFEXITED(status) || WEXITSTATUS(status) != error)
		fail_msg("%s: status 0x%x, not exit %d", name, (unsigned)status,
		    error);
}

static void
dynamic_program_runs_with_helper_and_loader(void **state)
{
	(void)state;
	expect_exit("@helper @loader", PSD_VIOLATION_KILL, "work", 0);
}

static void
program_with_the_library_runs_with_helper_and_loader(void **state)
{
	(void)state;
	expect_exit("@helper @loader", PSD_VIOLATION_KILL, "privsep", 0);
}

static void
static_program_runs_with_helper_and_loader(void **state)
{
	struct psd_filter *filter = test_filter_compile("@helper @loader",
	    PSD_VIOLATION_KILL, PSD_FILTER_PLAIN, &numbers);
	struct start how = { .argv = { (char[]){ "/sbin/ldconfig" },
				 (char[]){ "--version" } } };
	int status;

	(void)state;
	if (access(how.argv[0], X_OK) < 0) {
		psd_filter_free(filter);
		print_message("SKIP: there is no static /sbin/ldconfig\n");
		skip();
	}
	status = run(filter, &how);
	psd_filter_free(filter);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void
dynamic_program_does_not_start_without_loader(void **state)
{
	(void)state;
	expect_killed("@helper", "work");
}

static void
threads_start_with_their_group_alone(void **state)
{
	(void)state;
	expect_exit("@helper @loader @threads", PSD_VIOLATION_KILL, "thread",
	    0);
	expect_killed("@helper @loader", "thread");
	expect_exit("@helper @loader", PSD_VIOLATION_ERRNO, "thread", EPERM);
}

static void
thread_started_before_main_is_confined(void **state)
{
	(void)state;
	expect_exit("@helper @loader @threads", PSD_VIOLATION_ERRNO,
	    "early-thread", EPERM);
	expect_killed("@helper @loader @threads", "early-thread");
}

static void
no_second_program_starts_by_any_way(void **state)
{
	static const char *const names[] = { "execve", "execveat-path",
		"execveat-opened", "execveat-self", "memfd", "loader", "spawn",
		"fork", "executable-memory" };
	size_t i;

	(void)state;
	for (i = 0; i < PSD_ELEMENTS(names); i++) {
		expect_killed("@helper @loader @threads", names[i]);
		expect_exit("@helper @loader @threads", PSD_VIOLATION_ERRNO,
		    names[i], EPERM);
	}
}

/* The number is no more, and our address means nothing there. */
static void
number_of_the_program_exists_no_more(void **state)
{
	(void)state;
	expect_killed("@helper @loader", "execveat-number");
	expect_exit("@helper @loader", PSD_VIOLATION_KILL, "dup-onto-number",
	    EINVAL);
	expect_exit("@helper @loader", PSD_VIOLATION_KILL, "fill-numbers",
	    EMFILE);
	expect_killed("@helper @loader", "raise-limit");
}

/* Why the path's address is part of the rule: first without it. */
static void
absolute_path_needs_its_address_to_be_ours(void **state)
{
	const char *const secret = numbers.exec_path;

	(void)state;
	numbers.exec_path = NULL;
	expect_exit("@helper @loader", PSD_VIOLATION_KILL,
	    "execveat-number-path", 0);
	numbers.exec_path = secret;
	expect_killed("@helper @loader", "execveat-number-path");
	expect_exit("@helper @loader", PSD_VIOLATION_ERRNO,
	    "execveat-number-path", EPERM);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dynamic_program_runs_with_helper_and_loader),
		cmocka_unit_test(
		    program_with_the_library_runs_with_helper_and_loader),
		cmocka_unit_test(static_program_runs_with_helper_and_loader),
		cmocka_unit_test(dynamic_program_does_not_start_without_loader),
		cmocka_unit_test(threads_start_with_their_group_alone),
		cmocka_unit_test(thread_started_before_main_is_confined),
		cmocka_unit_test(no_second_program_starts_by_any_way),
		cmocka_unit_test(number_of_the_program_exists_no_more),
		cmocka_unit_test(absolute_path_needs_its_address_to_be_ours),
	};

	if (test_under_valgrind()) {
		print_message("SKIP: valgrind makes system calls itself\n");
		return 0;
	}
	numbers.exec_path = psd_exec_path();
	if (numbers.exec_path == NULL)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
