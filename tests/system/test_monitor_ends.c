/* SPDX-License-Identifier: ISC */
/* A server and its monitor end together, whatever either does. */
#include "tests/support/child.h"
#include "tests/support/ledger.h"
#include "tests/system/monitor_fixture.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>

enum { KILLED = 128 + SIGKILL };

/* The process id of its monitor. */
static pid_t
start_monitored(const char *helper_lines, const char *policy_lines)
{
	pid_t monitor;

	start(helper_lines, policy_lines);
	monitor = server_rig_monitor(&rig);
	assert_true(monitor > 0);
	return monitor;
}

static bool
ended(const char *how)
{
	char line[64];

	(void)snprintf(line, sizeof(line), "server[%d]: ended: %s", rig.pid,
	    how);
	return daemon_rig_logs(&rig.daemon, line);
}

static void
a_server_that_ends_its_conversation_is_orderly(void **state)
{
	(void)state;
	start("", "");
	(void)daemon_rig_say(rig.fd, "end");
	assert_true(ended("orderly"));
	assert_int_equal(server_rig_wait(&rig), 0);
	assert_true(server_rig_monitor_ends(&rig));
}

static void
a_server_that_is_killed_is_abrupt(void **state)
{
	(void)state;
	start("", "");
	assert_int_equal(kill(rig.pid, SIGKILL), 0);
	assert_true(ended("abrupt"));
	assert_true(server_rig_monitor_ends(&rig));
}

static void
a_server_that_breaks_the_protocol_is_killed(void **state)
{
	(void)state;
	start("", "");
	(void)daemon_rig_say(rig.fd, "garbage");
	assert_int_equal(server_rig_wait(&rig), KILLED);
	assert_true(server_rig_monitor_ends(&rig));
}

static void
a_server_that_lingers_after_its_end_is_overdue(void **state)
{
	(void)state;
	start("TimeoutStopSec=300ms", "");
	(void)daemon_rig_say(rig.fd, "linger");
	assert_true(ended("overdue"));
	assert_int_equal(server_rig_wait(&rig), KILLED);
	assert_true(server_rig_monitor_ends(&rig));
}

static void
the_server_dies_with_its_monitor(void **state)
{
	(void)state;
	assert_int_equal(kill(start_monitored("", ""), SIGKILL), 0);
	assert_int_equal(server_rig_wait(&rig), KILLED);
}

/* It does nothing that could notice. */
static void
even_a_stopped_server_dies_with_its_monitor(void **state)
{
	const pid_t monitor = start_monitored("", "");

	(void)state;
	assert_int_equal(kill(rig.pid, SIGSTOP), 0);
	assert_int_equal(kill(monitor, SIGKILL), 0);
	assert_int_equal(server_rig_wait(&rig), KILLED);
}

/* The lifeline is the last descriptor that it has. */
static void
a_server_that_closes_its_lifeline_is_killed(void **state)
{
	const char *fds;

	(void)state;
	start("", "");
	fds = strrchr(daemon_rig_say(rig.fd, "fds"), ' ');
	assert_non_null(fds);
	(void)daemon_rig_say(rig.fd, "call %d %d 0 0", SYS_close, atoi(fds));
	assert_true(daemon_rig_logs(&rig.daemon, "closed its lifeline"));
	assert_int_equal(server_rig_wait(&rig), KILLED);
	assert_true(server_rig_monitor_ends(&rig));
}

/* Nor can it take away what makes the kernel do it. */
static void
the_lifeline_cannot_be_untied(void **state)
{
	static const int commands[] = { F_SETFL, F_SETOWN, F_SETSIG };
	const pid_t monitor = start_monitored("", "OnViolation=errno");
	int lifeline;

	(void)state;
	lifeline = atoi(strrchr(daemon_rig_say(rig.fd, "fds"), ' '));
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		assert_string_equal(daemon_rig_say(rig.fd, "call %d %d %d 0",
					SYS_fcntl, lifeline, commands[i]),
		    "-1 EPERM");
	assert_string_equal(daemon_rig_say(rig.fd, "call %d %d %d 0", SYS_ioctl,
				lifeline, FIOASYNC),
	    "-1 EPERM");
	assert_int_equal(kill(monitor, SIGKILL), 0);
	assert_int_equal(server_rig_wait(&rig), KILLED);
}

/* Is there no process of this id any more? */
static bool
is_gone(pid_t pid)
{
	for (int ms = 0; ms < TEST_DEADLINE; ms += 20) {
		const char state = ledger_state_of(pid);

		/* A zombie is its new parent's to see to. */
		if (state == '\0' || state == 'Z')
			return true;
		(void)usleep(20000);
	}
	return false;
}

static void
what_the_server_leaves_behind_is_killed(void **state)
{
	pid_t orphan;

	(void)state;
	start("", "SystemCallFilter=clone fork vfork set_robust_list");
	orphan = atoi(daemon_rig_say(rig.fd, "orphan"));
	assert_true(orphan > 1);
	assert_int_equal(server_rig_wait(&rig), 0);
	assert_true(is_gone(orphan));
	assert_true(server_rig_monitor_ends(&rig));
}

static void
a_monitor_that_is_told_to_stop_ends_the_server(void **state)
{
	const pid_t monitor = start_monitored("TimeoutStopSec=300ms", "");

	(void)state;
	assert_int_equal(kill(monitor, SIGTERM), 0);
	assert_true(ended("overdue"));
	assert_int_equal(server_rig_wait(&rig), KILLED);
	assert_true(server_rig_monitor_ends(&rig));
}

/* A reload is nothing that it knows, and its terminal nobody's. */
static void
other_signals_do_not_disturb_the_monitor(void **state)
{
	static const int signals[] = { SIGHUP, SIGPIPE };
	const pid_t monitor = start_monitored("", "");

	(void)state;
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		assert_int_equal(kill(monitor, signals[i]), 0);
	assert_string_equal(daemon_rig_say(rig.fd, "ping 10"), "0");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, prepare, clean)
		TEST(a_server_that_ends_its_conversation_is_orderly),
		TEST(a_server_that_is_killed_is_abrupt),
		TEST(a_server_that_breaks_the_protocol_is_killed),
		TEST(a_server_that_lingers_after_its_end_is_overdue),
		TEST(the_server_dies_with_its_monitor),
		TEST(even_a_stopped_server_dies_with_its_monitor),
		TEST(a_server_that_closes_its_lifeline_is_killed),
		TEST(the_lifeline_cannot_be_untied),
		TEST(what_the_server_leaves_behind_is_killed),
		TEST(a_monitor_that_is_told_to_stop_ends_the_server),
		TEST(other_signals_do_not_disturb_the_monitor),
#undef TEST
	};

	if (geteuid() != 0) {
		print_message("SKIP: needs root\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
