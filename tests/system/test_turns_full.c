/* SPDX-License-Identifier: ISC */
/*
 * What a turn of the loop has no time for comes in later ones, and nothing of it
 * is lost.  A library in the daemon's process makes each turn full at once, so
 * that one helper at a time is started, retired or ended.
 */
#include "tests/support/child.h"
#include "tests/support/ledger.h"
#include "tests/support/preload.h"
#include "tests/system/rig_fixture.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { HELPERS = 20, WHILE_MS = 200 };

static void
fill_turns(void)
{
	if (preload("long_turns") < 0)
		_exit(96);
}

static void
write_many(const char *lines)
{
	const char *dir = getenv("PSD_HELPERS");
	char text[PATH_MAX + 256];

	(void)snprintf(text, sizeof(text),
	    "[Helper]\nExecStart=%s/tests/helpers/tiny_hello\nInstances=%d\n%s"
	    "[Policy]\nSystemCallFilter=@helper\n",
	    dir != NULL ? dir : getenv("B"), HELPERS, lines);
	daemon_rig_write(&rig, "policies/many.policy", text);
}

/* How many of its instances are said to be in that state. */
static int
count(const char *state)
{
	const char *text;
	int n = 0;

	assert_int_equal(daemon_rig_ctl(&rig, &text, "status", "many", NULL),
	    0);
	for (const char *at = text; (at = strstr(at, state)) != NULL; at++)
		n++;
	return n;
}

static void
expect_all(const char *state, int n)
{
	for (int ms = 0; count(state) != n; ms += 10) {
		assert_true(ms < TEST_DEADLINE);
		(void)poll(NULL, 0, 10);
	}
}

static int
start(void **state)
{
	(void)prepare(state);
	rig.on_birth = fill_turns;
	write_many("");
	daemon_rig_start(&rig);
	expect_all("  ready ", HELPERS);
	return 0;
}

static int
order(const char *word, const char *service)
{
	const char *text;

	return daemon_rig_ctl(&rig, &text, word, service, NULL);
}

/* The answer comes before all have been told, which end when they are. */
static void
stop_in_between(void)
{
	struct ledger now;

	assert_int_equal(order("stop", "many"), 0);
	assert_int_equal(kill(rig.pid, SIGSTOP), 0);
	(void)poll(NULL, 0, WHILE_MS);
	now = ledger_of(rig.pid);
	assert_int_equal(kill(rig.pid, SIGCONT), 0);
	assert_true(now.children > now.zombies);
}

static void
stop_ends_all_of_a_service_in_many_turns(void **state)
{
	(void)state;
	stop_in_between();
	expect_all("  ready ", 0);
	expect_all("  ending ", 0);
	assert_int_equal(daemon_rig_stop(&rig), 0);
}

/* All of those that were there at first, and in good order. */
static void
expect_ended(void)
{
	const char *text, *line;
	int orderly, abrupt, overdue;

	expect_all("  ending ", 0);
	assert_int_equal(daemon_rig_ctl(&rig, &text, "status", "many", NULL),
	    0);
	line = strstr(text, "  ended ");
	assert_non_null(line);
	assert_int_equal(sscanf(line,
			     " ended %d orderly, %d abrupt, %d overdue",
			     &orderly, &abrupt, &overdue),
	    3);
	assert_int_equal(orderly, HELPERS);
	assert_int_equal(abrupt + overdue, 0);
	assert_int_equal(daemon_rig_stop(&rig), 0);
}

static void
service_that_goes_on_at_once_has_new_helpers(void **state)
{
	(void)state;
	assert_int_equal(order("stop", "many"), 0);
	assert_int_equal(order("reload", NULL), 0);
	expect_all("  ready ", HELPERS);
	expect_ended();
}

static void
so_has_one_that_goes_on_with_another_policy(void **state)
{
	(void)state;
	assert_int_equal(order("stop", "many"), 0);
	write_many("Environment=ANOTHER=1\n");
	assert_int_equal(order("reload", NULL), 0);
	expect_all("  ready ", HELPERS);
	expect_ended();
}

static void
older_ones_are_retired_in_many_turns(void **state)
{
	(void)state;
	write_many("Environment=ANOTHER=1\n");
	assert_int_equal(order("reload", NULL), 0);
	expect_all("  ready ", HELPERS);
	expect_ended();
}

static void
what_was_left_to_end_ends_after_a_reexec(void **state)
{
	(void)state;
	stop_in_between();
	assert_int_equal(order("reexec", NULL), 0);
	expect_all("  ready ", 0);
	expect_ended();
}

static void
daemon_that_stops_ends_all_in_good_order(void **state)
{
	(void)state;
	assert_int_equal(daemon_rig_stop(&rig), 0);
	assert_false(daemon_rig_has_logged(&rig, "ended: abrupt"));
	assert_false(daemon_rig_has_logged(&rig, "ended: overdue"));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    stop_ends_all_of_a_service_in_many_turns, start, clean),
		cmocka_unit_test_setup_teardown(
		    service_that_goes_on_at_once_has_new_helpers, start, clean),
		cmocka_unit_test_setup_teardown(
		    so_has_one_that_goes_on_with_another_policy, start, clean),
		cmocka_unit_test_setup_teardown(
		    older_ones_are_retired_in_many_turns, start, clean),
		cmocka_unit_test_setup_teardown(
		    what_was_left_to_end_ends_after_a_reexec, start, clean),
		cmocka_unit_test_setup_teardown(
		    daemon_that_stops_ends_all_in_good_order, start, clean),
	};

	if (geteuid() != 0) {
		print_message("SKIP: no helpers of other users without root\n");
		return 77;
	}
	if (!preload_is_possible())
		return 77;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
