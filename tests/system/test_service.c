/* SPDX-License-Identifier: ISC */
#include "tests/support/child.h"
#include "tests/system/rig_fixture.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void
expect_pings(const char *service)
{
	const int fd = daemon_rig_connect(&rig, service);

	assert_string_equal(daemon_rig_say(fd, "ping 5"), "0");
	(void)close(fd);
}

static void
a_helper_that_always_dies_is_held_back_and_harms_nobody(void **state)
{
	const char *text;

	(void)state;
	daemon_rig_puppet(&rig, "good", "", "");
	daemon_rig_puppet(&rig, "sick",
	    "StartLimitBurst=3\nRestartSec=10ms\n"
	    "ExecStart=\nExecStart=%p die",
	    "");
	daemon_rig_start(&rig);
	assert_true(daemon_rig_logs(&rig, "sick: held back: "));
	expect_pings("good");
	assert_int_equal(daemon_rig_ctl(&rig, &text, "status", NULL), 0);
	assert_non_null(strstr(text, "held back"));
	assert_int_equal(daemon_rig_stop(&rig), 0);
}

static void
a_helper_that_does_not_say_hello_is_overdue(void **state)
{
	(void)state;
	daemon_rig_puppet(&rig, "slow",
	    "TimeoutStartSec=200ms\nExecStart=\nExecStart=%p mute", "");
	daemon_rig_start(&rig);
	assert_true(daemon_rig_logs(&rig, "did not say hello in time"));
	assert_true(daemon_rig_logs(&rig, "ended: overdue"));
	assert_int_equal(daemon_rig_stop(&rig), 0);
}

static void
a_killed_daemon_leaves_no_helper_alive(void **state)
{
	char pid[32];
	int fd;

	(void)state;
	daemon_rig_puppet(&rig, "one", "", "");
	daemon_rig_start(&rig);
	fd = daemon_rig_connect(&rig, "one");
	(void)snprintf(pid, sizeof(pid), "%s", daemon_rig_say(fd, "pid"));
	assert_int_equal(kill(rig.pid, SIGKILL), 0);
	test_child_kill(rig.pid);
	rig.pid = -1;
	/* The kernel killed it, so its connection is closed. */
	assert_true(test_poll(fd, 0x2000 /* POLLRDHUP */, TEST_DEADLINE) != 0);
	(void)close(fd);
	/* What the dead one left behind is in nobody's way. */
	daemon_rig_start(&rig);
	expect_pings("one");
}

static void
one_daemon_has_a_runtime_directory(void **state)
{
	struct daemon_rig second;

	(void)state;
	daemon_rig_puppet(&rig, "one", "", "");
	daemon_rig_start(&rig);
	second = rig;
	assert_int_equal(daemon_rig_start_fails(&second), 1);
	assert_true(daemon_rig_has_logged(&rig, "another privsepd runs"));
	expect_pings("one");
}

static void
a_reload_puts_a_new_policy_in_force_and_keeps_the_old_when_bad(void **state)
{
	const char *text;
	int fd;

	(void)state;
	daemon_rig_write(&rig, "files/a", "first\n");
	daemon_rig_puppet(&rig, "one", "", "AllowOpen=read %s/run/**");
	daemon_rig_start(&rig);
	fd = daemon_rig_connect(&rig, "one");
	assert_string_equal(daemon_rig_say(fd, "read %s/files/a", rig.dir),
	    "-1");
	/* A bad one: refused with file and line, the old one stays. */
	daemon_rig_puppet(&rig, "one", "", "AllowOpen=read relative/path");
	assert_int_equal(daemon_rig_ctl(&rig, &text, "reload", NULL), 1);
	assert_non_null(strstr(text, "one.policy:9"));
	assert_string_equal(daemon_rig_say(fd, "ping 1"), "0");
	/* A dry run of a good one changes nothing. */
	daemon_rig_puppet(&rig, "one", "", "AllowOpen=read %s/files/**");
	assert_int_equal(daemon_rig_ctl(&rig, &text, "reload", "--dry-run",
			     NULL),
	    0);
	assert_non_null(strstr(text, "+ "));
	assert_string_equal(daemon_rig_say(fd, "read %s/files/a", rig.dir),
	    "-1");
	assert_int_equal(daemon_rig_ctl(&rig, &text, "reload", NULL), 0);
	/* The running helper keeps what it has, the next has the new. */
	assert_string_equal(daemon_rig_say(fd, "read %s/files/a", rig.dir),
	    "-1");
	(void)close(fd);
	assert_true(daemon_rig_logs(&rig, "ended: orderly"));
	fd = daemon_rig_connect(&rig, "one");
	assert_string_equal(daemon_rig_say(fd, "read %s/files/a", rig.dir),
	    "ok first");
	(void)close(fd);
}

static void
a_reload_that_needs_a_capability_given_up_says_so(void **state)
{
	const char *text;

	(void)state;
	daemon_rig_puppet(&rig, "one", "", "");
	daemon_rig_start(&rig);
	daemon_rig_puppet(&rig, "one", "", "AllowOpen=read %s/files/**");
	assert_int_equal(daemon_rig_ctl(&rig, &text, "reload", NULL), 1);
	assert_non_null(strstr(text, "one.policy:9: "));
	assert_non_null(strstr(text, "needs a restart"));
	assert_non_null(strstr(text, "CAP_DAC_READ_SEARCH"));
	expect_pings("one");
}

static void
sighup_reloads_and_unchanged_services_are_left_alone(void **state)
{
	char pid[32];
	int fd;

	(void)state;
	daemon_rig_puppet(&rig, "one", "", "");
	daemon_rig_start(&rig);
	fd = daemon_rig_connect(&rig, "one");
	(void)snprintf(pid, sizeof(pid), "%s", daemon_rig_say(fd, "pid"));
	daemon_rig_puppet(&rig, "two", "", "");
	assert_int_equal(kill(rig.pid, SIGHUP), 0);
	assert_true(daemon_rig_logs(&rig, "reloaded: generation 2"));
	expect_pings("two");
	assert_string_equal(daemon_rig_say(fd, "pid"), pid);
	(void)close(fd);
}

static void
bad_policies_are_exit_status_78_with_file_line_and_hint(void **state)
{
	static const struct {
		const char *line, *message;
	} bad[] = {
		{ "Colour=blue", "one.policy:9: " },
		{ "AllowOpne=read /etc/**", "AllowOpen=" },
		{ "AllowOpen=read etc/passwd", "absolute" },
		{ "AllowOpen=read /no/such/directory/**", "one.policy:9: " },
		{ "RequestRate=fast", "one.policy:9: " },
		{ "SystemCallFilter=@nothing", "@helper" },
		{ "SystemCallFilter=~socket", "one.policy:9: " },
		{ "SystemCallFilter=sokcet", "socket" },
		{ "[Nowhere]", "one.policy:9: " },
		{ "no equals sign", "one.policy:9: " },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		daemon_rig_puppet(&rig, "one", "", bad[i].line);
		assert_int_equal(daemon_rig_start_fails(&rig), 78);
		if (!daemon_rig_has_logged(&rig, bad[i].message))
			fail_msg("%s: no \"%s\" in the log", bad[i].line,
			    bad[i].message);
	}
}

static void
a_policy_that_others_can_write_is_refused(void **state)
{
	char path[4096];

	(void)state;
	daemon_rig_puppet(&rig, "one", "", "");
	(void)snprintf(path, sizeof(path), "%s/policies/one.policy", rig.dir);
	assert_int_equal(chmod(path, 0666), 0);
	assert_int_equal(daemon_rig_start_fails(&rig), 78);
	assert_true(daemon_rig_has_logged(&rig, "one.policy"));
	assert_true(daemon_rig_has_logged(&rig, "writ"));
}

static void
stop_ends_a_service_until_the_next_reload(void **state)
{
	const char *text;

	(void)state;
	daemon_rig_puppet(&rig, "one", "", "");
	daemon_rig_start(&rig);
	assert_int_equal(daemon_rig_ctl(&rig, &text, "stop", "one", NULL), 0);
	assert_true(daemon_rig_logs(&rig, "ended: orderly"));
	assert_int_equal(daemon_rig_ctl(&rig, &text, "status", "one", NULL), 0);
	assert_non_null(strstr(text, "stopped"));
	assert_int_equal(daemon_rig_ctl(&rig, &text, "reload", NULL), 0);
	expect_pings("one");
}

static void
the_pool_grows_for_clients_up_to_its_bound(void **state)
{
	int fds[4];

	(void)state;
	daemon_rig_puppet(&rig, "one", "Instances=1..4", "");
	daemon_rig_start(&rig);
	/* A puppet serves one client at a time, so each needs its own. */
	for (int i = 0; i < 4; i++) {
		fds[i] = daemon_rig_connect(&rig, "one");
		assert_string_equal(daemon_rig_say(fds[i], "ping 1"), "0");
	}
	for (int i = 0; i < 4; i++)
		(void)close(fds[i]);
}

static void
explain_names_the_line_that_decides(void **state)
{
	const char *text;
	char path[4096];

	(void)state;
	daemon_rig_puppet(&rig, "one", "",
	    "AllowOpen=read %s/files/**\nDenyOpen=any %s/files/**/.*");
	daemon_rig_start(&rig);
	(void)snprintf(path, sizeof(path), "%s/files/a", rig.dir);
	assert_int_equal(daemon_rig_ctl(&rig, &text, "explain", "one", "open",
			     "read", path, NULL),
	    0);
	assert_non_null(strstr(text, "one.policy:9"));
	(void)snprintf(path, sizeof(path), "%s/files/.a", rig.dir);
	assert_int_equal(daemon_rig_ctl(&rig, &text, "explain", "one", "open",
			     "read", path, NULL),
	    3);
	assert_non_null(strstr(text, "one.policy:10"));
	assert_int_equal(daemon_rig_ctl(&rig, &text, "explain", "one", "open",
			     "read", "/etc/shadow", NULL),
	    3);
	assert_non_null(strstr(text, "AllowOpen=read /etc/shadow"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, prepare, clean)
		TEST(a_helper_that_always_dies_is_held_back_and_harms_nobody),
		TEST(a_helper_that_does_not_say_hello_is_overdue),
		TEST(a_killed_daemon_leaves_no_helper_alive),
		TEST(one_daemon_has_a_runtime_directory),
		TEST(
		    a_reload_puts_a_new_policy_in_force_and_keeps_the_old_when_bad),
		TEST(a_reload_that_needs_a_capability_given_up_says_so),
		TEST(sighup_reloads_and_unchanged_services_are_left_alone),
		TEST(bad_policies_are_exit_status_78_with_file_line_and_hint),
		TEST(a_policy_that_others_can_write_is_refused),
		TEST(stop_ends_a_service_until_the_next_reload),
		TEST(the_pool_grows_for_clients_up_to_its_bound),
		TEST(explain_names_the_line_that_decides),
#undef TEST
	};

	if (geteuid() != 0) {
		print_message("SKIP: needs root\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
