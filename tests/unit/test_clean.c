/* SPDX-License-Identifier: ISC */
#include "daemon/clean.h"

#include "common/fd.h"
#include "tests/support/capture.h"
#include "tests/support/child.h"
#include "tests/support/deny.h"
#include "tests/support/expect.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/rseq.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

/* Any value will do. */
enum { SIGNATURE = 0x53053053, SIZE = 32 };

/* A thread that has one is refused another. */
static int
registers_its_own(void *argument)
{
	static struct rseq area __attribute__((aligned(SIZE)));

	(void)argument;
	psd_clean_sequences();
	if (sched_getcpu() < 0)
		return 1;
	if (syscall(SYS_rseq, &area, SIZE, 0, SIGNATURE) < 0)
		return errno == ENOSYS ? 77 : 2;
	return 0;
}

static void
restartable_sequences_are_given_back(void **state)
{
	const int status =
	    test_child_exit_status(test_child_start(registers_its_own, NULL));

	(void)state;
	if (status == 77)
		skip();
	assert_int_equal(status, 0);
}

struct priority {
	int policy, nice;
	bool is_told;
};

static int
clean_priority(void *argument)
{
	(void)argument;
	psd_clean_priority();
	return 0;
}

/* Where a sandbox forbids what would keep it from them. */
static int
keep_priority(void *argument)
{
	static struct test_capture said;
	const struct priority *row = argument;
	const struct sched_param param = {
		.sched_priority = row->policy == SCHED_OTHER ? 0 : 1,
	};

	if (sched_setscheduler(0, row->policy, &param) < 0 ||
	    setpriority(PRIO_PROCESS, 0, row->nice) < 0)
		return 77;
	TEST_EXPECT(test_deny(SYS_sched_setscheduler, EPERM) == 0);
	TEST_EXPECT(test_capture(clean_priority, NULL, &said) == 0);
	TEST_EXPECT(row->is_told ==
	    (strstr(said.err,
		 "helpers have the priority of this daemon: "
		 "Operation not permitted") != NULL));
	return 0;
}

static void
priority_that_helpers_would_have_is_told(void **state)
{
	static struct priority rows[] = {
		{ SCHED_OTHER, 0, false },
		{ SCHED_OTHER, 5, false },
		{ SCHED_OTHER, -5, true },
		{ SCHED_FIFO, 0, true },
		{ SCHED_RR, 0, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const int status = test_child_exit_status(
		    test_child_start(keep_priority, &rows[i]));

		if (status == 77)
			print_message("# no such priority here\n");
		else
			assert_int_equal(status, 0);
	}
}

/* The first three are never something of ours. */
static int
clean_without_standard_streams(void *argument)
{
	struct psd_config config = { .state_fd = PSD_NO_FD };
	struct psd_store store = { .n = 0 };
	const int other = dup(STDIN_FILENO);

	(void)argument;
	TEST_EXPECT(other > STDERR_FILENO);
	(void)close(STDIN_FILENO);
	(void)close(STDERR_FILENO);
	TEST_EXPECT(psd_clean_descriptors(&config, &store, NULL) == 0);
	TEST_EXPECT(fcntl(STDIN_FILENO, F_GETFD) >= 0);
	TEST_EXPECT(fcntl(STDERR_FILENO, F_GETFD) >= 0);
	TEST_EXPECT(fcntl(other, F_GETFD) < 0);
	return 0;
}

static int
clean_without(void *argument)
{
	const int *row = argument;
	struct psd_config config = { .state_fd = PSD_NO_FD };
	struct psd_store store = { .n = 0 };

	TEST_EXPECT(test_deny(row[0], row[1]) == 0);
	TEST_EXPECT(psd_clean_descriptors(&config, &store, NULL) == -row[1]);
	return 0;
}

static int
clean_what_nobody_passed(void *argument)
{
	struct psd_config config = { .state_fd = PSD_NO_FD };
	struct psd_store store = { .n = 0 };
	char pid[16];

	(void)argument;
	(void)snprintf(pid, sizeof(pid), "%d", getpid());
	TEST_EXPECT(setenv("LISTEN_PID", pid, 1) == 0);
	TEST_EXPECT(setenv("LISTEN_FDS", "many", 1) == 0);
	TEST_EXPECT(psd_clean_descriptors(&config, &store, NULL) == -EINVAL);
	return 0;
}

static void
descriptors_that_nobody_passed_on_purpose_are_closed_or_it_is_told(void **state)
{
	static int rows[][2] = { { SYS_openat, ENOENT },
		{ SYS_close_range, EPERM } };

	(void)state;
	assert_int_equal(test_child_exit_status(
			     test_child_start(clean_without_standard_streams,
				 NULL)),
	    0);
	assert_int_equal(test_child_exit_status(
			     test_child_start(clean_what_nobody_passed, NULL)),
	    0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(test_child_exit_status(
				     test_child_start(clean_without, rows[i])),
		    0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(restartable_sequences_are_given_back),
		cmocka_unit_test(priority_that_helpers_would_have_is_told),
		cmocka_unit_test(
		    descriptors_that_nobody_passed_on_purpose_are_closed_or_it_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
