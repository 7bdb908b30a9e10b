/* SPDX-License-Identifier: ISC */
#include "tests/system/reexec_fixture.h"

static void
fifty_re_executions_disturb_no_conversation(void **state)
{
	const char *text;
	pid_t talker;
	int stop[2];

	(void)state;
	daemon_rig_puppet(&rig, "one", "Instances=3", "");
	daemon_rig_start(&rig);
	assert_int_equal(pipe2(stop, O_CLOEXEC), 0);
	talker = start_talker(stop);
	for (int i = 0; i < 50; i++)
		expect_reexec();
	end_talker(talker, stop);
	assert_int_equal(daemon_rig_ctl(&rig, &text, "status", NULL), 0);
	assert_non_null(strstr(text, "re-executed 50 times"));
	expect_count("one", "started", 3);
	expect_count("one", "abrupt", 0);
	expect_stop();
}

static void
who_waits_for_a_client_gets_the_next_one(void **state)
{
	char before[16];
	int fd;

	(void)state;
	daemon_rig_puppet(&rig, "one", "", "");
	daemon_rig_start(&rig);
	fd = daemon_rig_connect(&rig, "one");
	(void)snprintf(before, sizeof(before), "%s", daemon_rig_say(fd, "pid"));
	(void)close(fd);
	expect_reexec();
	fd = daemon_rig_connect(&rig, "one");
	assert_string_equal(daemon_rig_say(fd, "pid"), before);
	(void)close(fd);
	expect_stop();
}

/* Both as /proc shows them. */
static void
every_descriptor_is_close_on_exec_again_and_none_is_left(void **state)
{
	size_t before;

	(void)state;
	daemon_rig_puppet(&rig, "one", "Instances=2",
	    "AllowOpen=read %s/files/**");
	daemon_rig_start(&rig);
	expect_reexec();
	before = count_close_on_exec();
	for (int i = 0; i < 5; i++)
		expect_reexec();
	/* Connections of privsepctl may be closed a moment later. */
	for (int ms = 0; count_close_on_exec() > before; ms += STEP_MS) {
		assert_true(ms < TEST_DEADLINE);
		(void)poll(NULL, 0, STEP_MS);
	}
	expect_stop();
}

static void
no_helper_gets_a_descriptor_more(void **state)
{
	int fd;

	(void)state;
	daemon_rig_puppet(&rig, "one", "", "");
	daemon_rig_start(&rig);
	expect_reexec();
	fd = daemon_rig_connect(&rig, "one");
	assert_string_equal(daemon_rig_say(fd, "fds"), "0 1 2 3 4");
	/* Of one that the successor started. */
	(void)daemon_rig_say(fd, "end");
	(void)close(fd);
	fd = daemon_rig_connect(&rig, "one");
	assert_string_equal(daemon_rig_say(fd, "fds"), "0 1 2 3 4");
	(void)close(fd);
	expect_stop();
}

static void
a_policy_stays_as_it_was_loaded_until_a_reload(void **state)
{
	const char *text;
	int fd;

	(void)state;
	daemon_rig_write(&rig, "files/a", "content");
	daemon_rig_puppet(&rig, "one", "", "AllowOpen=read %s/files/a");
	daemon_rig_start(&rig);
	daemon_rig_puppet(&rig, "one", "", "AllowStat=%s/files/a");
	expect_reexec();
	fd = daemon_rig_connect(&rig, "one");
	assert_string_equal(daemon_rig_say(fd, "read %s/files/a", rig.dir),
	    "ok content");
	(void)close(fd);
	assert_int_equal(daemon_rig_ctl(&rig, &text, "reload", NULL), 0);
	assert_non_null(strstr(text, "generation 2"));
	assert_true(daemon_rig_logs(&rig, "ended: orderly"));
	fd = daemon_rig_connect(&rig, "one");
	assert_string_equal(daemon_rig_say(fd, "read %s/files/a", rig.dir),
	    "-1");
	(void)close(fd);
	expect_stop();
}

static void
an_instance_keeps_the_policy_it_started_with(void **state)
{
	const char *text;
	int old, fresh;

	(void)state;
	daemon_rig_write(&rig, "files/a", "content");
	daemon_rig_puppet(&rig, "one", "", "AllowOpen=read %s/files/a");
	daemon_rig_start(&rig);
	old = daemon_rig_connect(&rig, "one");
	assert_string_equal(daemon_rig_say(old, "ping 1"), "0");
	daemon_rig_puppet(&rig, "one", "", "AllowLog=info");
	assert_int_equal(daemon_rig_ctl(&rig, &text, "reload", NULL), 0);
	expect_reexec();
	fresh = daemon_rig_connect(&rig, "one");
	for (int i = 0; i < 2; i++) {
		assert_string_equal(daemon_rig_say(old, "read %s/files/a",
					rig.dir),
		    "ok content");
		assert_string_equal(daemon_rig_say(old, "log no"), "-1");
		assert_string_equal(daemon_rig_say(fresh, "read %s/files/a",
					rig.dir),
		    "-1");
		assert_string_equal(daemon_rig_say(fresh, "log yes"), "0");
		expect_reexec();
	}
	(void)close(old);
	(void)close(fresh);
	expect_stop();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(fifty_re_executions_disturb_no_conversation),
		CASE(who_waits_for_a_client_gets_the_next_one),
		CASE(every_descriptor_is_close_on_exec_again_and_none_is_left),
		CASE(no_helper_gets_a_descriptor_more),
		CASE(a_policy_stays_as_it_was_loaded_until_a_reload),
		CASE(an_instance_keeps_the_policy_it_started_with),
	};

	return has_root() ? cmocka_run_group_tests(tests, NULL, NULL) : 77;
}
