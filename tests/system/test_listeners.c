/* SPDX-License-Identifier: ISC */
/* Which service has which listener, from one reload to the next. */
#include "tests/support/child.h"
#include "tests/system/rig_fixture.h"

#include <stdio.h>
#include <unistd.h>

static void
expect_ping(const char *listener)
{
	const int fd = daemon_rig_connect(&rig, listener);

	assert_string_equal(daemon_rig_say(fd, "ping 1"), "0");
	(void)close(fd);
}

/*
 * The first to change, by its name, closed what it did not want any more before
 * the other could have it; the other never listened.
 */
static void
give(const char *from, const char *to)
{
	static const char line[] = "ListenStream=%s/run/given.sock";
	const char *text;

	daemon_rig_puppet(&rig, from, line, "");
	daemon_rig_puppet(&rig, to, "", "");
	daemon_rig_start(&rig);
	expect_ping("given");
	daemon_rig_puppet(&rig, from, "", "");
	daemon_rig_puppet(&rig, to, line, "");
	assert_int_equal(daemon_rig_ctl(&rig, &text, "reload", NULL), 0);
	expect_ping("given");
	expect_ping(from);
	expect_ping(to);
	assert_int_equal(daemon_rig_stop(&rig), 0);
}

static void
a_listener_goes_to_a_service_that_changes_later(void **state)
{
	(void)state;
	give("alpha", "beta");
}

static void
a_listener_goes_to_a_service_that_changes_before(void **state)
{
	(void)state;
	give("beta", "alpha");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, prepare, clean)
		TEST(a_listener_goes_to_a_service_that_changes_later),
		TEST(a_listener_goes_to_a_service_that_changes_before),
#undef TEST
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
