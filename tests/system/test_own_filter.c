/* SPDX-License-Identifier: ISC */
/*
 * The filter and capabilities of a real daemon: from its start on, over reloads
 * and re-execs.
 */
#include "tests/support/child.h"
#include "tests/support/status.h"
#include "tests/system/rig_fixture.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/stat.h>
#include <unistd.h>

/* How many it has; -1: older kernels do not count them. */
static long
filters_of(pid_t pid)
{
	const char *number = test_status(pid, "Seccomp_filters");

	return number[0] == '\0' ? -1 : strtol(number, NULL, 10);
}

static bool
has_capability(int cap)
{
	return (strtoull(test_status(rig.pid, "CapEff"), NULL, 16) >> cap &
		   1) != 0;
}

/* How many more the daemon has than whoever started it. */
static long
filters(void)
{
	return filters_of(rig.pid) - filters_of(getpid());
}

static void
expect_pings(void)
{
	const int fd = daemon_rig_connect(&rig, "one");

	assert_string_equal(daemon_rig_say(fd, "ping 5"), "0");
	(void)close(fd);
}

static void
expect_one_filter(void)
{
	assert_string_equal(test_status(rig.pid, "Seccomp"), "2");
	if (filters_of(getpid()) >= 0)
		assert_int_equal(filters(), 1);
}

static void
a_daemon_is_bound_and_says_so(void **state)
{
	const char *text;

	(void)state;
	daemon_rig_start(&rig);
	expect_one_filter();
	assert_int_equal(daemon_rig_ctl(&rig, &text, "status", NULL), 0);
	assert_non_null(strstr(text, "\nown filter: "));
	assert_int_equal(daemon_rig_ctl(&rig, &text, "--json", "status", NULL),
	    0);
	assert_non_null(strstr(text, "\"own_calls\""));
	assert_non_null(strstr(text, "\"own_filter_missing\": \"\""));
	expect_pings();
}

static void
a_reexec_and_a_reload_stack_no_filter(void **state)
{
	const char *text;

	(void)state;
	daemon_rig_start(&rig);
	for (int i = 0; i < 3; i++) {
		if (daemon_rig_ctl(&rig, &text, "reexec", NULL) != 0)
			fail_msg("%s", text);
		expect_one_filter();
		daemon_rig_puppet(&rig, "one", i % 2 == 0 ? "LimitCPU=100" : "",
		    "");
		if (daemon_rig_ctl(&rig, &text, "reload", NULL) != 0)
			fail_msg("%s", text);
		expect_one_filter();
	}
	expect_pings();
}

static void
a_reload_that_names_more_calls_is_refused_whole(void **state)
{
	const char *text;

	(void)state;
	daemon_rig_start(&rig);
	daemon_rig_puppet(&rig, "two", "", "SystemCallFilter=kcmp");
	assert_int_equal(daemon_rig_ctl(&rig, &text, "reload", NULL), 1);
	assert_non_null(
	    strstr(text, "two.policy:9: needs a restart: system call kcmp\n"));
	assert_non_null(strstr(text, "generation 1 stays"));
	/* Also for one that is executed anew. */
	if (daemon_rig_ctl(&rig, &text, "reexec", NULL) != 0)
		fail_msg("%s", text);
	assert_int_equal(daemon_rig_ctl(&rig, &text, "reload", NULL), 1);
	assert_non_null(strstr(text, "needs a restart: system call kcmp\n"));
	expect_pings();
}

static void
calls_that_are_kept_may_be_named_later(void **state)
{
	const char *text;

	(void)state;
	daemon_rig_write(&rig, "privsepd.conf",
	    "[Daemon]\nKeepSystemCalls=kcmp bpf\nKeepSystemCalls=add_key\n");
	daemon_rig_start(&rig);
	daemon_rig_puppet(&rig, "two", "", "SystemCallFilter=kcmp add_key");
	if (daemon_rig_ctl(&rig, &text, "reload", NULL) != 0)
		fail_msg("%s", text);
	assert_true(daemon_rig_logs(&rig, "reloaded"));
}

static void
a_call_that_there_is_not_cannot_be_kept(void **state)
{
	(void)state;
	daemon_rig_write(&rig, "privsepd.conf",
	    "[Daemon]\nKeepSystemCalls=read opnat\n");
	assert_int_equal(daemon_rig_start_fails(&rig), 78);
	assert_true(daemon_rig_logs(&rig,
	    "privsepd.conf:2: KeepSystemCalls= takes names of system calls, as "
	    "in ptrace; got \"opnat\""));
}

/* A helper keeps the policy that it was started with, and what that takes. */
static void
a_reexec_keeps_the_capabilities_of_older_policies_in_use(void **state)
{
	const char *text;
	int fd;

	(void)state;
	daemon_rig_puppet(&rig, "one", "", "AllowPacketSocket=lo");
	daemon_rig_start(&rig);
	assert_true(has_capability(CAP_NET_RAW));
	fd = daemon_rig_connect(&rig, "one");
	assert_string_equal(daemon_rig_say(fd, "ping 1"), "0");
	daemon_rig_puppet(&rig, "one", "", "");
	assert_int_equal(daemon_rig_ctl(&rig, &text, "reload", NULL), 0);
	assert_int_equal(daemon_rig_ctl(&rig, &text, "reexec", NULL), 0);
	assert_string_equal(daemon_rig_say(fd, "ping 1"), "0");
	assert_true(has_capability(CAP_NET_RAW));
	/* It is let go with the last who has it, at the next look. */
	(void)close(fd);
	assert_true(daemon_rig_logs(&rig, "ended: orderly"));
	assert_int_equal(daemon_rig_ctl(&rig, &text, "reexec", NULL), 0);
	assert_false(has_capability(CAP_NET_RAW));
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, prepare_one, clean)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		CASE(a_daemon_is_bound_and_says_so),
		CASE(a_reexec_and_a_reload_stack_no_filter),
		CASE(a_reload_that_names_more_calls_is_refused_whole),
		CASE(calls_that_are_kept_may_be_named_later),
		CASE(a_call_that_there_is_not_cannot_be_kept),
		CASE(a_reexec_keeps_the_capabilities_of_older_policies_in_use),
	};

	if (geteuid() != 0) {
		print_message("SKIP: no helpers of other users without root\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
