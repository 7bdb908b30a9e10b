/* SPDX-License-Identifier: ISC */
/* Looks and connections under way are answered by whoever comes after. */
#include "tests/support/names_rig.h"
#include "tests/system/reexec_fixture.h"

/* Of the rig that has a network. */
static int
start(const char *policy_lines)
{
	const int fd = names_rig_start(policy_lines);

	rig = names_rig;
	return fd;
}

static void
a_name_that_is_looked_up_is_found_afterwards(void **state)
{
	const int fd = start("AllowResolve=**");
	char before[512];

	(void)state;
	(void)snprintf(before, sizeof(before), "%s",
	    daemon_rig_say(fd, "resolve 0 1 0 some.test 80"));
	assert_non_null(strstr(before, "192.0.2."));
	expect_reexec();
	assert_string_equal(daemon_rig_say(fd, "resolve 0 1 0 some.test 80"),
	    before);
	for (int i = 0; i < 5; i++) {
		char after[512];
		ssize_t n;

		tell(fd, "resolve 0 1 0 some.test 80");
		expect_reexec();
		assert_true(test_poll(fd, POLLIN, TEST_DEADLINE) != 0);
		n = recv(fd, after, sizeof(after) - 1, 0);
		assert_true(n > 0);
		after[n] = '\0';
		assert_memory_equal(after, before, strlen(before));
	}
	(void)close(fd);
}

static void
a_look_that_hangs_ends_at_its_deadline_all_the_same(void **state)
{
	const int fd = start("AllowResolve=**\nRequestTimeoutSec=2s");

	(void)state;
	tell(fd, "resolve 0 1 0 slow.test 80");
	for (int i = 0; i < 3; i++)
		expect_reexec();
	assert_true(test_poll(fd, POLLIN, TEST_DEADLINE) != 0);
	assert_true(daemon_rig_logs(&rig, "its look takes too long"));
	(void)close(fd);
}

static void
resolvers_go_on_and_none_is_started_anew(void **state)
{
	const int fd = start("AllowResolve=**\nRequestTimeoutSec=30s");

	(void)state;
	tell(fd, "resolve 0 1 0 slow.test 80");
	expect_reexec();
	expect_count("(resolver)", "started", 2);
	(void)close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    a_name_that_is_looked_up_is_found_afterwards,
		    names_rig_prepare, names_rig_clean),
		cmocka_unit_test_setup_teardown(
		    a_look_that_hangs_ends_at_its_deadline_all_the_same,
		    names_rig_prepare, names_rig_clean),
		cmocka_unit_test_setup_teardown(
		    resolvers_go_on_and_none_is_started_anew, names_rig_prepare,
		    names_rig_clean),
	};

	return has_root()
	    ? cmocka_run_group_tests(tests, names_rig_enter, names_rig_leave)
	    : 77;
}
