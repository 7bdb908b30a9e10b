/* SPDX-License-Identifier: ISC */
/*
 * Many helpers, one after the other and at once: nothing grows, nobody is
 * woken for nothing.  PSD_SOAK=1 makes it as many as are promised.
 */
#include "common/fd.h"
#include "common/mem.h"
#include "tests/support/child.h"
#include "tests/support/ledger.h"
#include "tests/support/rest.h"
#include "tests/system/rig_fixture.h"

#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum {
	WARM_UP = 20,
	LIVES = 200,
	LIVES_SOAK = 100000,
	ALIVE = 40,
	ALIVE_SOAK = 5000,
	ASKED = 50, /* pings before and after */
	EACH = 4,   /* descriptors that the daemon has of one */
	OTHERS = 200,
	GROWTH_KIB = 1024,
	IDLE_MS = 1100, /* what comes once a second is seen */
	DEAF = 6,
};

static void
expect_rest(const char *with)
{
	if (!test_rests(rig.pid, IDLE_MS))
		fail_msg("the daemon is woken all the time with %s", with);
}

/* A client comes, its helper asks for something, and ends as it should. */
static void
live_once(void)
{
	const int client = daemon_rig_connect(&rig, "brief");

	assert_string_equal(daemon_rig_say(client, "ping 1"), "0");
	assert_string_equal(daemon_rig_say(client, "end"), "");
	(void)close(client);
}

static void
helpers_that_come_and_go_leave_nothing_behind(void **state)
{
	const int lives = pick(LIVES, LIVES_SOAK);
	struct ledger before, after;

	(void)state;
	daemon_rig_puppet(&rig, "brief",
	    "Instances=2\nRestartSec=1ms\nStartLimitBurst=0", "");
	daemon_rig_start(&rig);
	for (int i = 0; i < WARM_UP; i++)
		live_once();
	before = ledger_at_rest(rig.pid, LEDGER_REST_MS);
	for (int i = 0; i < lives; i++)
		live_once();
	assert_true(ledger_settles(rig.pid, &before));
	after = ledger_of(rig.pid);
	print_message("# %d helpers came and went: %zu descriptors, %zu "
		      "children; memory %zu KiB, was %zu\n",
	    lives, after.fds, after.children, after.memory, before.memory);
	/* The sanitizers' runtime keeps what was freed. */
	if (getenv("PSD_ASAN") == NULL)
		assert_true(after.memory < before.memory + GROWTH_KIB);
	expect_rest("spare instances");
	assert_int_equal(daemon_rig_stop(&rig), 0);
}

static int
compare(const void *a, const void *b)
{
	const double difference = *(const double *)a - *(const double *)b;

	return difference > 0 ? 1 : difference < 0 ? -1 : 0;
}

/* Microseconds of the slowest of some pings but one in a hundred. */
static double
slowest_of_pings(int puppet)
{
	double took[ASKED];

	for (int i = 0; i < ASKED; i++) {
		struct timespec from, to;

		(void)clock_gettime(CLOCK_MONOTONIC, &from);
		assert_string_equal(daemon_rig_say(puppet, "ping 1"), "0");
		(void)clock_gettime(CLOCK_MONOTONIC, &to);
		took[i] = (double)(to.tv_sec - from.tv_sec) * 1e6 +
		    (double)(to.tv_nsec - from.tv_nsec) / 1e3;
	}
	qsort(took, ASKED, sizeof(took[0]), compare);
	return took[ASKED - 1 - ASKED / 100];
}

/* Helpers without a C library, which say hello and wait. */
static void
write_quiet(const char *name, int instances)
{
	const char *dir = getenv("PSD_HELPERS");
	char text[PATH_MAX + 256], path[64];

	(void)snprintf(text, sizeof(text),
	    "[Helper]\nExecStart=%s/tests/helpers/tiny_hello\nInstances=%d\n"
	    "[Policy]\nSystemCallFilter=@helper\n",
	    dir != NULL ? dir : getenv("B"), instances);
	(void)snprintf(path, sizeof(path), "policies/%s.policy", name);
	daemon_rig_write(&rig, path, text);
}

/*
 * Where the limit cannot be raised, helpers without control groups, of which
 * the daemon has a descriptor less each, are better than none.
 */
static void
spare_descriptors(int alive)
{
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	if (limit.rlim_max >= (rlim_t)(EACH * alive + OTHERS) ||
	    setrlimit(RLIMIT_NOFILE, &(struct rlimit){ NOFILE, NOFILE }) == 0)
		return;
	print_message("# without control groups: %d descriptors at most\n",
	    (int)limit.rlim_max);
	daemon_rig_write(&rig, "privsepd.conf",
	    "[Daemon]\nResolver=%h/resolver\nRelay=%h/relay\n"
	    "Watcher=%h/watcher\nControlGroup=/there/is/none\n");
}

static double
alone_in_a_daemon(void)
{
	double slowest;
	int puppet;

	daemon_rig_start(&rig);
	puppet = daemon_rig_connect(&rig, "asking");
	slowest = slowest_of_pings(puppet);
	(void)close(puppet);
	assert_int_equal(daemon_rig_stop(&rig), 0);
	return slowest;
}

static void
many_alive_at_once_are_served_and_wake_nobody(void **state)
{
	const int alive = pick(ALIVE, ALIVE_SOAK);
	double alone, beside;
	int puppet;

	(void)state;
	spare_descriptors(alive);
	daemon_rig_puppet(&rig, "asking", "", "");
	alone = alone_in_a_daemon();
	/* A service has 4096 at most. */
	write_quiet("first", alive / 2);
	write_quiet("second", alive / 2);
	daemon_rig_start(&rig);
	assert_true(
	    ledger_at_rest(rig.pid, LEDGER_REST_MS).children >= (size_t)alive);
	puppet = daemon_rig_connect(&rig, "asking");
	beside = slowest_of_pings(puppet);
	print_message("# the slowest ping of %d, with the way to the helper: "
		      "%.0f us beside %d helpers, %.0f us alone\n",
	    ASKED, beside, alive, alone);
	expect_rest("idle helpers");
	(void)close(puppet);
	assert_int_equal(daemon_rig_stop(&rig), 0);
}

static void
half_closed_helpers_that_do_not_read_cost_nothing(void **state)
{
	int deaf[DEAF];
	pid_t pids[DEAF];

	(void)state;
	daemon_rig_puppet(&rig, "deaf",
	    "Instances=1..16\nTimeoutStopSec=10min\nStartLimitBurst=0",
	    "RequestTimeoutSec=10min");
	daemon_rig_start(&rig);
	for (int i = 0; i < DEAF; i++) {
		deaf[i] = daemon_rig_connect(&rig, "deaf");
		pids[i] =
		    (pid_t)strtol(daemon_rig_say(deaf[i], "pid"), NULL, 10);
		assert_true(pids[i] > 1);
		/* Half of them have answers that they do not read, too. */
		if (i % 2 == 0)
			assert_string_not_equal(daemon_rig_say(deaf[i],
						    "flood 10000"),
			    "0");
		else
			assert_string_equal(daemon_rig_say(deaf[i], "linger"),
			    "0");
	}
	expect_rest("helpers that do not read");
	for (int i = 0; i < DEAF; i++) {
		assert_int_equal(kill(pids[i], SIGKILL), 0);
		(void)close(deaf[i]);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    helpers_that_come_and_go_leave_nothing_behind, prepare_many,
		    clean),
		cmocka_unit_test_setup_teardown(
		    many_alive_at_once_are_served_and_wake_nobody, prepare_many,
		    clean),
		cmocka_unit_test_setup_teardown(
		    half_closed_helpers_that_do_not_read_cost_nothing,
		    prepare_many, clean),
	};

	if (geteuid() != 0) {
		print_message("SKIP: no helpers of other users without root\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
