/* SPDX-License-Identifier: ISC */
#include "tests/support/child.h"
#include "tests/system/rig_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int
start(const char *helper_lines, const char *policy_lines)
{
	daemon_rig_puppet(&rig, "one", helper_lines, policy_lines);
	daemon_rig_start(&rig);
	return daemon_rig_connect(&rig, "one");
}

static void
a_denied_call_is_named_with_the_line_that_would_allow_it(void **state)
{
	const char *text;
	int fd;

	(void)state;
	fd = start("", "");
	assert_string_equal(daemon_rig_say(fd, "call %d 2 1 0", SYS_socket),
	    "");
	assert_true(daemon_rig_logs(&rig,
	    "refused socket(AF_INET, SOCK_STREAM, 0): not in one.policy"));
	assert_true(daemon_rig_logs(&rig, "to allow: SystemCallFilter=socket"));
	assert_true(
	    daemon_rig_logs(&rig, "dropped: made a denied system call"));
	assert_true(daemon_rig_logs(&rig, "ended: abrupt (killed by SIGKILL"));
	assert_int_equal(daemon_rig_ctl(&rig, &text, "status", "one", NULL), 0);
	assert_non_null(strstr(text, "socket(AF_INET, SOCK_STREAM, 0)"));
	(void)close(fd);
}

static void
with_errno_the_call_fails_and_the_helper_lives(void **state)
{
	int fd;

	(void)state;
	fd = start("", "OnViolation=errno");
	assert_string_equal(daemon_rig_say(fd, "call %d 2 1 0", SYS_socket),
	    "-1 EPERM");
	assert_true(daemon_rig_logs(&rig, "refused socket("));
	assert_string_equal(daemon_rig_say(fd, "ping 1"), "0");
	(void)close(fd);
}

static void
a_native_helper_is_watched_as_well(void **state)
{
	const char *text;
	int fd;

	(void)state;
	fd = start("",
	    "OnViolation=errno\nReportOpens=yes\nAllowOpen=@runtime\n"
	    "SystemCallFilter=@loader");
	/* A null pointer, which the kernel reads itself in the end. */
	assert_string_equal(daemon_rig_say(fd, "call %d -100 0 0", SYS_openat),
	    "-1 EFAULT");
	assert_string_equal(daemon_rig_say(fd, "call %d 0 0 0", SYS_execve),
	    "-1 EPERM");
	assert_true(daemon_rig_logs(&rig, "refused execve(0x0, 0x0, 0x0)"));
	assert_string_equal(daemon_rig_say(fd, "ping 1"), "0");
	assert_int_equal(daemon_rig_ctl(&rig, &text, "status", NULL), 0);
	assert_non_null(strstr(text, "(watcher)"));
	(void)close(fd);
}

static void
with_log_the_call_passes_and_is_told(void **state)
{
	const char *text;
	int fd;

	(void)state;
	fd = start("", "OnViolation=log");
	assert_null(
	    strstr(daemon_rig_say(fd, "call %d 2 1 0", SYS_socket), "EPERM"));
	assert_true(daemon_rig_logs(&rig, "refused socket("));
	assert_int_equal(daemon_rig_ctl(&rig, &text, "status", "one", NULL), 0);
	assert_non_null(strstr(text, "filter"));
	(void)close(fd);
}

static void
a_call_newer_than_the_policy_is_unknown(void **state)
{
	int fd;

	(void)state;
	fd = start("", "");
	assert_string_equal(daemon_rig_say(fd, "call 1000000 0 0 0"),
	    "-1 ENOSYS");
	assert_string_equal(daemon_rig_say(fd, "ping 1"), "0");
	(void)close(fd);
}

static void
the_suggested_line_allows_the_call_after_a_reload(void **state)
{
	const char *text;
	int fd;

	(void)state;
	fd = start("", "OnViolation=errno");
	assert_string_equal(daemon_rig_say(fd, "call %d 0 0 0", SYS_getppid),
	    "-1 EPERM");
	(void)close(fd);
	daemon_rig_puppet(&rig, "one", "",
	    "OnViolation=errno\nSystemCallFilter=getppid");
	assert_int_equal(daemon_rig_ctl(&rig, &text, "reload", NULL), 0);
	assert_true(daemon_rig_logs(&rig, "ended: orderly"));
	fd = daemon_rig_connect(&rig, "one");
	assert_non_null(
	    strstr(daemon_rig_say(fd, "call %d 0 0 0", SYS_getppid), "ok"));
	(void)close(fd);
}

/* A grant is asked for, refused, told with its line, and that line works. */
static void
a_refused_request_is_told_with_the_line_that_would_allow_it(void **state)
{
	char line[4096];
	int fd;

	(void)state;
	daemon_rig_write(&rig, "files/a", "text\n");
	fd = start("", "AllowOpen=read %s/run/**");
	assert_string_equal(daemon_rig_say(fd, "read %s/files/a", rig.dir),
	    "-1");
	(void)snprintf(line, sizeof(line),
	    "refused open(read, \"%s/files/a\"): not in one.policy", rig.dir);
	assert_true(daemon_rig_logs(&rig, line));
	(void)snprintf(line, sizeof(line),
	    "to allow: AllowOpen=read %s/files/a", rig.dir);
	assert_true(daemon_rig_logs(&rig, line));
	(void)close(fd);
}

static void
a_flood_of_denied_calls_is_counted_and_harms_nobody(void **state)
{
	const char *text;
	int fd, other;

	(void)state;
	daemon_rig_puppet(&rig, "two", "", "");
	fd = start("", "OnViolation=errno");
	other = daemon_rig_connect(&rig, "two");
	for (int i = 0; i < 300; i++)
		assert_string_equal(daemon_rig_say(fd, "call %d 0 0 0",
					SYS_getppid),
		    "-1 EPERM");
	assert_string_equal(daemon_rig_say(other, "ping 100"), "0");
	assert_int_equal(daemon_rig_ctl(&rig, &text, "--json", "status", "one",
			     NULL),
	    0);
	assert_non_null(strstr(text, "\"calls_refused\": 300"));
	(void)close(other);
	(void)close(fd);
}

static void
standard_error_goes_to_the_log_when_the_policy_says_so(void **state)
{
	int fd;

	(void)state;
	fd = start("StandardError=log", "");
	assert_string_equal(daemon_rig_say(fd, "complain about it"), "ok");
	assert_true(daemon_rig_logs(&rig, "stderr: about it"));
	(void)close(fd);
}

static void
helper_log_lines_are_tagged_and_escaped(void **state)
{
	char line[128], pid[32];
	int fd;

	(void)state;
	fd = start("", "AllowLog=info");
	(void)snprintf(pid, sizeof(pid), "%s", daemon_rig_say(fd, "pid"));
	assert_string_equal(daemon_rig_say(fd, "log a\033[2Jb"), "0");
	(void)snprintf(line, sizeof(line), "one[%s]: a\\x1b[2Jb", pid);
	assert_true(daemon_rig_logs(&rig, line));
	(void)close(fd);
}

static void
rights_given_up_stay_given_up_for_the_conversation(void **state)
{
	int fd;

	(void)state;
	daemon_rig_write(&rig, "files/a", "text\n");
	fd = start("", "AllowOpen=read %s/files/**");
	assert_string_equal(daemon_rig_say(fd, "read %s/files/a", rig.dir),
	    "ok text");
	assert_string_equal(daemon_rig_say(fd, "restrict open"), "0");
	assert_string_equal(daemon_rig_say(fd, "read %s/files/a", rig.dir),
	    "-1");
	assert_true(daemon_rig_logs(&rig, "given up by the helper"));
	(void)close(fd);
}

static void
a_helper_has_its_pair_and_client_and_a_uid_of_its_own(void **state)
{
	int fds[3];
	char pids[3][32];

	(void)state;
	daemon_rig_puppet(&rig, "one", "Instances=3", "");
	daemon_rig_start(&rig);
	for (int i = 0; i < 3; i++) {
		fds[i] = daemon_rig_connect(&rig, "one");
		(void)snprintf(pids[i], sizeof(pids[i]), "%s",
		    daemon_rig_say(fds[i], "pid"));
		assert_string_equal(daemon_rig_say(fds[i], "fds"), "0 1 2 3 4");
		for (int k = 0; k < i; k++)
			assert_int_not_equal(daemon_rig_uid_of(pids[i]),
			    daemon_rig_uid_of(pids[k]));
	}
	for (int i = 0; i < 3; i++)
		(void)close(fds[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, prepare, clean)
		TEST(a_denied_call_is_named_with_the_line_that_would_allow_it),
		TEST(with_errno_the_call_fails_and_the_helper_lives),
		TEST(a_native_helper_is_watched_as_well),
		TEST(with_log_the_call_passes_and_is_told),
		TEST(a_call_newer_than_the_policy_is_unknown),
		TEST(the_suggested_line_allows_the_call_after_a_reload),
		TEST(
		    a_refused_request_is_told_with_the_line_that_would_allow_it),
		TEST(a_flood_of_denied_calls_is_counted_and_harms_nobody),
		TEST(standard_error_goes_to_the_log_when_the_policy_says_so),
		TEST(helper_log_lines_are_tagged_and_escaped),
		TEST(rights_given_up_stay_given_up_for_the_conversation),
		TEST(a_helper_has_its_pair_and_client_and_a_uid_of_its_own),
#undef TEST
	};

	if (geteuid() != 0) {
		print_message("SKIP: needs root\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
