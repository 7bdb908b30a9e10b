/* SPDX-License-Identifier: ISC */
/* How many programs run, and what a policy may say of them. */
#include "tests/system/program_fixture.h"

static void
end_by_force(int handle)
{
	assert_string_equal(daemon_rig_say(caller, "signal 9 %d", handle), "0");
	expect_end(handle, "1 1 9");
}

static void
no_more_run_at_a_time_than_instances_says(void **state)
{
	const int one = run("few"), two = run("few");
	int three;

	(void)state;
	assert_true(one > 0 && two > one);
	assert_int_equal(run("few"), -EAGAIN);
	end_by_force(one);
	three = run("few");
	assert_true(three > two);
	end_by_force(two);
	end_by_force(three);
}

static void
no_more_start_in_a_while_than_the_limit_says(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++)
		expect_end(run("seldom"), "0 0 0");
	for (int i = 0; i < 3; i++)
		assert_int_equal(run("seldom"), -EAGAIN);
}

/* Whether they have ended or not: each is a place in the daemon. */
static void
what_a_caller_does_not_await_is_bounded(void **state)
{
	int handles[MOST], n = 0, last;

	(void)state;
	while ((last = run("three")) > 0 || last == -EAGAIN) {
		assert_true(n < MOST);
		if (last > 0)
			handles[n++] = last;
	}
	assert_int_equal(last, -EBUSY);
	assert_int_equal(n, MOST);
	/* The ends of all are kept until they were told. */
	for (int i = 0; i < MOST; i++)
		expect_end(handles[i], "0 0 3");
	do
		last = run("three");
	while (last == -EAGAIN);
	expect_end(last, "0 0 3");
}

static void
a_reload_keeps_those_that_run(void **state)
{
	const int handle = run("echo");
	const char *text;

	(void)state;
	program("echo", "exit 5", "StartLimitBurst=0");
	assert_int_equal(daemon_rig_ctl(&rig, &text, "reload", NULL), 0);
	assert_string_equal(daemon_rig_say(caller, "input still"), "5");
	assert_string_equal(daemon_rig_say(caller, "close-input"), "0");
	assert_string_equal(daemon_rig_say(caller, "output"), "still");
	expect_end(handle, "0 0 1");
	expect_end(run("echo"), "0 0 5");
	assert_int_equal(daemon_rig_ctl(&rig, &text, "status", "echo", NULL),
	    0);
	assert_non_null(strstr(text, "program"));
}

static void
a_line_that_names_no_program_is_an_error(void **state)
{
	static const char *const lines[] = { "none", "echo,none", "other" };
	static const char *const said[] = { "no policy of that name",
		"no policy of that name", "not of Type=program" };
	const char *text;

	(void)state;
	daemon_rig_puppet(&rig, "other", "Instances=1", "");
	for (size_t i = 0; i < 3; i++) {
		char line[64];

		(void)snprintf(line, sizeof(line), "AllowRun=%s", lines[i]);
		daemon_rig_puppet(&rig, "third", "Instances=1", line);
		assert_int_equal(daemon_rig_ctl(&rig, &text, "reload", NULL),
		    1);
		if (strstr(text, said[i]) == NULL ||
		    strstr(text, "third.policy:") == NULL)
			fail_msg("%s", text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CALLING(no_more_run_at_a_time_than_instances_says),
		CALLING(no_more_start_in_a_while_than_the_limit_says),
		CALLING(what_a_caller_does_not_await_is_bounded),
		CALLING(a_reload_keeps_those_that_run),
		CALLING(a_line_that_names_no_program_is_an_error),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
