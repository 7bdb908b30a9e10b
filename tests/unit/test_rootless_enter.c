/* SPDX-License-Identifier: ISC */
/* Who enters a user namespace of his own, and what is in the way. */
#include "daemon/rootless.h"
#include "tests/support/child.h"
#include "tests/support/deny.h"
#include "tests/support/expect.h"
#include "tests/support/valgrind.h"
#include "tests/unit/rootless_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

static int
root_enters_nothing(void *argument)
{
	bool entered = true;
	char before[64] = "", after[64] = "", why[64];

	(void)argument;
	TEST_EXPECT(readlink("/proc/self/ns/user", before, 63) > 0);
	TEST_EXPECT(psd_rootless_enter(&entered, why, sizeof(why)) == 0);
	TEST_EXPECT(!entered);
	TEST_EXPECT(readlink("/proc/self/ns/user", after, 63) > 0);
	TEST_EXPECT(strcmp(before, after) == 0);
	return 0;
}

/* A call that fails, where its argument is so. */
struct row {
	int call;
	unsigned int argument;
	uint32_t value;
	int error;
	const char *why;
};

static int
cannot_enter(void *argument)
{
	const struct row *row = argument;
	bool entered = true;
	char why[256] = "";

	TEST_EXPECT(become_nobody() == 0);
	TEST_EXPECT(test_deny_argument(row->call, row->argument, row->value,
			row->error) == 0);
	TEST_EXPECT(
	    psd_rootless_enter(&entered, why, sizeof(why)) == -row->error);
	TEST_EXPECT(!entered);
	TEST_EXPECT(strcmp(why, row->why) == 0);
	TEST_EXPECT(psd_rootless_outer_uid(0) == 0);
	TEST_EXPECT(psd_rootless_outer_gid(0) == 0);
	return 0;
}

/* The group's map is written before the user's, and groups given up first. */
static void
namespace_that_cannot_be_mapped_is_told(void **state)
{
	static const char unmapped[] =
	    "the user namespace cannot be mapped: Input/output error";
	static const struct row rows[] = {
		{ SYS_unshare, 0, CLONE_NEWUSER, ENOSPC,
		    "no user namespace can be made: No space left on device" },
		{ SYS_openat, 2, O_WRONLY | O_CLOEXEC, EIO, unmapped },
		{ SYS_write, 2, sizeof("deny") - 1, EIO, unmapped },
		{ SYS_write, 2, sizeof("0 65534 1") - 1, EIO, unmapped },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(test_child_exit_status(
				     test_child_start(cannot_enter,
					 (void *)(uintptr_t)&rows[i])),
		    0);
}

/* Inside we are root, who is the user outside; others are nobody's. */
static int
tell_outer_ids(void *argument)
{
	bool entered;
	char why[256];

	(void)argument;
	TEST_EXPECT(become_nobody() == 0);
	/* Who cannot be asked has none. */
	TEST_EXPECT(test_deny(SYS_capget, EPERM) == 0);
	if (psd_rootless_enter(&entered, why, sizeof(why)) < 0)
		return NO_NAMESPACE;
	TEST_EXPECT(entered && geteuid() == 0);
	TEST_EXPECT(psd_rootless_outer_uid(0) == NOBODY);
	TEST_EXPECT(psd_rootless_outer_gid(0) == NOBODY);
	TEST_EXPECT(psd_rootless_outer_uid(5) == 5);
	TEST_EXPECT(psd_rootless_outer_gid(5) == 5);
	return 0;
}

static void
root_inside_is_the_user_outside(void **state)
{
	const int status =
	    test_child_exit_status(test_child_start(tell_outer_ids, NULL));

	(void)state;
	if (status == NO_NAMESPACE)
		skip();
	assert_int_equal(status, 0);
}

static int
keep_capability(void *argument)
{
	const cap_value_t setuid_cap = CAP_SETUID;
	bool entered = true;
	char why[64];
	cap_t caps = cap_init();

	(void)argument;
	TEST_EXPECT(prctl(PR_SET_KEEPCAPS, 1L, 0L, 0L, 0L) == 0);
	TEST_EXPECT(become_nobody() == 0);
	TEST_EXPECT(caps != NULL &&
	    cap_set_flag(caps, CAP_PERMITTED, 1, &setuid_cap, CAP_SET) == 0 &&
	    cap_set_flag(caps, CAP_EFFECTIVE, 1, &setuid_cap, CAP_SET) == 0 &&
	    cap_set_proc(caps) == 0);
	(void)cap_free(caps);
	TEST_EXPECT(psd_rootless_enter(&entered, why, sizeof(why)) == 0);
	TEST_EXPECT(!entered && geteuid() == NOBODY);
	return 0;
}

static void
user_who_may_change_uids_stays_where_he_is(void **state)
{
	(void)state;
	assert_int_equal(test_child_exit_status(
			     test_child_start(keep_capability, NULL)),
	    0);
}

static void
root_stays_where_it_is(void **state)
{
	(void)state;
	assert_int_equal(test_child_exit_status(
			     test_child_start(root_enters_nothing, NULL)),
	    0);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(root_stays_where_it_is),
		cmocka_unit_test(namespace_that_cannot_be_mapped_is_told),
		cmocka_unit_test(root_inside_is_the_user_outside),
		cmocka_unit_test(user_who_may_change_uids_stays_where_he_is),
	};

	if (geteuid() != 0 || test_under_valgrind()) {
		puts("1..0 # SKIP no root, or no filters under valgrind");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
