/* SPDX-License-Identifier: ISC */
/* Where a uid cannot be cleared nobody is killed, and nobody gets it. */
#include "common/fd.h"
#include "tests/support/deny.h"
#include "tests/support/expect.h"
#include "tests/support/fds.h"
#include "tests/support/valgrind.h"

#include <errno.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/wait.h>

enum { FIRST = 1900060400 };

#include "tests/unit/uid_fixture.h"

struct row {
	int call;
	int error;
};

/* A process that has it is there before, and afterwards. */
static int
release_without(void *argument)
{
	const struct row *row = argument;
	struct psd_uid_range range;
	const size_t fds = test_fds_count();
	pid_t left;
	uid_t uid;

	init(&range);
	TEST_EXPECT(psd_uid_take(&range, &uid) == 0);
	left = start_as(uid);
	TEST_EXPECT(test_deny(row->call, row->error) == 0);
	psd_uid_release(&range, uid);
	TEST_EXPECT(range.n_quarantined == 1);
	TEST_EXPECT(psd_uid_is_quarantined(&range, uid));
	TEST_EXPECT(waitpid(left, NULL, WNOHANG) == 0);
	TEST_EXPECT(!psd_uid_adopt(&range, uid));
	TEST_EXPECT(test_fds_count() == fds);
	psd_uid_range_free(&range);
	test_child_kill(left);
	return 0;
}

static void
sweeper_that_does_not_have_the_uid_kills_nobody(void **state)
{
	static struct row rows[] = {
		{ SYS_clone, EAGAIN },
		{ SYS_setgroups, EPERM },
		{ SYS_setresgid, EAGAIN },
		{ SYS_setresuid, EAGAIN },
		{ SYS_getresuid, EFAULT },
		{ SYS_capset, EPERM },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		print_message("# call %d\n", rows[i].call);
		assert_int_equal(test_child_exit_status(
				     test_child_start(release_without,
					 &rows[i])),
		    0);
	}
}

/* It says that it cannot be known, as a kernel without such a call would. */
static int
take_without_a_look(void *argument)
{
	struct psd_uid_range range;
	uid_t uid;

	(void)argument;
	init(&range);
	TEST_EXPECT(test_deny(SYS_getpriority, EINVAL) == 0);
	TEST_EXPECT(psd_uid_take(&range, &uid) == -EAGAIN);
	psd_uid_range_free(&range);
	return 0;
}

static void
uid_that_cannot_be_looked_at_counts_as_in_use(void **state)
{
	(void)state;
	assert_int_equal(test_child_exit_status(
			     test_child_start(take_without_a_look, NULL)),
	    0);
}

static void
uid_that_is_taken_over_is_of_the_range_and_free(void **state)
{
	struct psd_uid_range range;

	(void)state;
	assert_int_equal(psd_uid_range_make(&range, FIRST, N, N + 1), 0);
	assert_int_equal(range.next, 1);
	assert_false(psd_uid_adopt(&range, FIRST - 1));
	assert_false(psd_uid_adopt(&range, FIRST + N));
	assert_false(psd_uid_quarantine(&range, FIRST + N));
	assert_true(psd_uid_adopt(&range, FIRST));
	assert_false(psd_uid_adopt(&range, FIRST));
	assert_false(psd_uid_quarantine(&range, FIRST));
	assert_int_equal(range.n_quarantined, 0);
	assert_true(psd_uid_quarantine(&range, FIRST + 1));
	assert_true(psd_uid_is_quarantined(&range, FIRST + 1));
	assert_false(psd_uid_is_quarantined(&range, FIRST));
	assert_int_equal(range.n_quarantined, 1);
	/* Nobody has it any more. */
	psd_uid_sweep(&range);
	assert_int_equal(range.n_quarantined, 0);
	assert_true(psd_uid_adopt(&range, FIRST + 1));
	psd_uid_range_free(&range);
}

/* Every daemon then begins at the first, and takes what is not reserved. */
static int
share_without_chance(void *argument)
{
	struct psd_uid_range range;

	(void)argument;
	init(&range);
	TEST_EXPECT(test_deny(SYS_getrandom, EAGAIN) == 0);
	psd_uid_range_share(&range, PSD_NO_FD);
	TEST_EXPECT(range.next == 0);
	psd_uid_range_free(&range);
	return 0;
}

static void
range_that_is_shared_without_chance_begins_at_its_first(void **state)
{
	(void)state;
	assert_int_equal(test_child_exit_status(
			     test_child_start(share_without_chance, NULL)),
	    0);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    sweeper_that_does_not_have_the_uid_kills_nobody),
		cmocka_unit_test(uid_that_cannot_be_looked_at_counts_as_in_use),
		cmocka_unit_test(
		    uid_that_is_taken_over_is_of_the_range_and_free),
		cmocka_unit_test(
		    range_that_is_shared_without_chance_begins_at_its_first),
	};

	if (geteuid() != 0 || test_under_valgrind()) {
		puts("1..0 # SKIP no root, or no filters under valgrind");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
