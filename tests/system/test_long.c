/* SPDX-License-Identifier: ISC */
/*
 * What comes of months: requests by the million, and helpers that are killed
 * with requests under way while others get their descriptors' numbers.
 * PSD_SOAK=1 makes it as many as are promised.
 */
#include "common/fd.h"
#include "tests/support/child.h"
#include "tests/support/ledger.h"
#include "tests/system/rig_fixture.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	PINGS_AT_ONCE = 50000,
	TIMES = 2,
	TIMES_SOAK = 2000,
	KILLED = 30,
	KILLED_SOAK = 20000, /* of a tenth of a second each */
	WARM_UP = 10,
	GROWTH_KIB = 1024,
};

static int
start(void **state)
{
	(void)prepare(state);
	daemon_rig_puppet(&rig, "one",
	    "Instances=2\nRestartSec=1ms\nStartLimitBurst=0",
	    "AllowOpen=read %s/files/**");
	daemon_rig_start(&rig);
	return 0;
}

static void
expect_no_growth(const struct ledger *before, const char *after_what, long n)
{
	struct ledger after;

	assert_true(ledger_settles(rig.pid, before));
	after = ledger_of(rig.pid);
	print_message("# %ld %s: memory %zu KiB, was %zu\n", n, after_what,
	    after.memory, before->memory);
	/* The sanitizers' runtime keeps what was freed. */
	if (getenv("PSD_ASAN") == NULL)
		assert_true(after.memory < before->memory + GROWTH_KIB);
}

static void
requests_without_number_leave_nothing_behind(void **state)
{
	const int times = pick(TIMES, TIMES_SOAK);
	int puppet = daemon_rig_connect(&rig, "one");
	struct ledger before;
	char line[32];

	(void)state;
	(void)snprintf(line, sizeof(line), "ping %d", PINGS_AT_ONCE);
	assert_string_equal(daemon_rig_say(puppet, "ping 100"), "0");
	before = ledger_at_rest(rig.pid, LEDGER_REST_MS);
	for (int i = 0; i < times; i++)
		assert_string_equal(daemon_rig_say(puppet, "%s", line), "0");
	expect_no_growth(&before, "requests", (long)times * PINGS_AT_ONCE);
	psd_fd_close(puppet);
}

/* Killed with requests that wait, and answers that it has not read. */
static void
die_in_the_midst(void)
{
	const int puppet = daemon_rig_connect(&rig, "one");
	const pid_t pid =
	    (pid_t)strtol(daemon_rig_say(puppet, "pid"), NULL, 10);

	assert_true(pid > 1);
	assert_string_not_equal(daemon_rig_say(puppet, "flood 1000"), "");
	assert_int_equal(kill(pid, SIGKILL), 0);
	psd_fd_close(puppet);
}

/* Its successor has nothing of it, and is no failure in a row. */
static void
die_and_be_followed(void)
{
	int puppet;

	die_in_the_midst();
	puppet = daemon_rig_connect(&rig, "one");
	assert_string_equal(daemon_rig_say(puppet, "ping 3"), "0");
	assert_string_equal(daemon_rig_say(puppet, "end"), "");
	psd_fd_close(puppet);
}

static void
helpers_that_die_in_the_midst_are_not_taken_for_others(void **state)
{
	const int n = pick(KILLED, KILLED_SOAK);
	struct ledger before;

	(void)state;
	for (int i = 0; i < WARM_UP; i++)
		die_and_be_followed();
	before = ledger_at_rest(rig.pid, LEDGER_REST_MS);
	for (int i = 0; i < n; i++)
		die_and_be_followed();
	expect_no_growth(&before, "helpers were killed in the midst", n);
	assert_int_equal(daemon_rig_stop(&rig), 0);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_without_number_leave_nothing_behind),
		cmocka_unit_test(
		    helpers_that_die_in_the_midst_are_not_taken_for_others),
	};

	if (geteuid() != 0) {
		print_message("SKIP: no helpers of other users without root\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, start, clean);
}
