/* SPDX-License-Identifier: ISC */
#include "tests/system/program_fixture.h"

static void
a_program_speaks_by_its_stdio_and_its_end_is_told(void **state)
{
	const int handle = run("echo");

	(void)state;
	assert_true(handle > 0);
	assert_string_equal(daemon_rig_say(caller, "input hello"), "5");
	assert_string_equal(daemon_rig_say(caller, "close-input"), "0");
	assert_string_equal(daemon_rig_say(caller, "output"), "hello");
	assert_string_equal(daemon_rig_say(caller, "output"), "end");
	assert_string_equal(daemon_rig_say(caller, "errors"), "end");
	expect_end(handle, "0 0 1");
}

static void
its_exit_status_and_both_its_outputs_are_told_apart(void **state)
{
	const int handle = run("three");

	(void)state;
	assert_string_equal(daemon_rig_say(caller, "output"), "out");
	assert_string_equal(daemon_rig_say(caller, "errors"), "err");
	expect_end(handle, "0 0 3");
}

static void
a_signal_ends_it_and_no_signal_stops_it(void **state)
{
	const int handle = run("tell"), other = run("tell");

	(void)state;
	assert_int_equal(other, -EAGAIN);
	assert_int_equal(atoi(daemon_rig_say(caller, "signal 19 %d", handle)),
	    -EINVAL);
	assert_int_equal(atoi(daemon_rig_say(caller, "signal 0 %d", handle)),
	    -EINVAL);
	assert_int_equal(atoi(
			     daemon_rig_say(caller, "signal 9 %d", handle + 1)),
	    -ESRCH);
	assert_string_equal(daemon_rig_say(caller, "signal 9 %d", handle), "0");
	expect_end(handle, "1 1 9");
	assert_int_equal(atoi(daemon_rig_say(caller, "signal 9 %d", handle)),
	    -ESRCH);
}

static void
a_handle_is_good_in_its_own_conversation_only(void **state)
{
	const int handle = run("tell");
	const int other = daemon_rig_connect(&rig, "caller");

	(void)state;
	assert_int_equal(atoi(daemon_rig_say(other, "signal 9 %d", handle)),
	    -ESRCH);
	assert_int_equal(atoi(daemon_rig_say(other, "await %d", handle)),
	    -ESRCH);
	(void)close(other);
	assert_string_equal(daemon_rig_say(caller, "signal 15 %d", handle),
	    "0");
	expect_end(handle, "1 1 15");
}

static void
it_has_a_user_of_its_own_and_nothing_but_its_stdio(void **state)
{
	struct test_fd fds[8];
	const int handle = run("tell");
	char pid[16], helper[16];

	(void)state;
	(void)snprintf(helper, sizeof(helper), "%s",
	    daemon_rig_say(caller, "pid"));
	(void)snprintf(pid, sizeof(pid), "%s",
	    daemon_rig_say(caller, "output"));
	assert_true(atoi(pid) > 1);
	assert_true(daemon_rig_uid_of(pid) >= 1000);
	assert_int_not_equal(daemon_rig_uid_of(pid), daemon_rig_uid_of(helper));
	assert_int_equal(test_fds_list(atoi(pid), fds, 8), 3);
	for (int i = 0; i < 3; i++) {
		assert_in_range(fds[i].number, 0, 2);
		assert_memory_equal(fds[i].target, "pipe:", 5);
	}
	assert_string_equal(daemon_rig_say(caller, "close-input"), "0");
	expect_end(handle, "0 0 1");
}

static void
one_that_takes_too_long_is_asked_and_then_killed(void **state)
{
	(void)state;
	expect_end(run("long"), "2 1 15");
	expect_end(run("stubborn"), "2 1 9");
	assert_true(daemon_rig_logs(&rig, "overdue (killed by SIGKILL)"));
}

static void
programs_end_with_their_caller(void **state)
{
	char pid[16], line[64];

	(void)state;
	(void)run("tell");
	(void)snprintf(pid, sizeof(pid), "%s",
	    daemon_rig_say(caller, "output"));
	(void)daemon_rig_say(caller, "exit 7");
	(void)snprintf(line, sizeof(line), "tell[%s]: ended: orderly", pid);
	assert_true(daemon_rig_logs(&rig, line));
}

static void
what_no_line_names_is_refused(void **state)
{
	(void)state;
	assert_int_equal(run("nobodys"), -EPERM);
	assert_int_equal(run("none"), -EPERM);
	assert_int_equal(run("caller"), -EPERM);
	assert_true(daemon_rig_logs(&rig, "AllowRun=nobodys"));
	assert_true(daemon_rig_has_logged(&rig,
	    "nobody runs this program: no policy has AllowRun=nobodys"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CALLING(a_program_speaks_by_its_stdio_and_its_end_is_told),
		CALLING(its_exit_status_and_both_its_outputs_are_told_apart),
		CALLING(a_signal_ends_it_and_no_signal_stops_it),
		CALLING(a_handle_is_good_in_its_own_conversation_only),
		CALLING(it_has_a_user_of_its_own_and_nothing_but_its_stdio),
		CALLING(one_that_takes_too_long_is_asked_and_then_killed),
		CALLING(programs_end_with_their_caller),
		CALLING(what_no_line_names_is_refused),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
