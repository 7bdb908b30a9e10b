/* SPDX-License-Identifier: ISC */
/* What comes after a start that has failed: the next one, or a delay. */
#include "tests/system/start_fixture.h"

#include <time.h>

/* Whoever waits for it is served by the next one, without a word of it. */
static void
expect_followed(const struct inject_plan *plan, const char *words)
{
	int fd = daemon_rig_connect(&rig, "one");
	char entry[PATH_MAX];

	assert_string_equal(daemon_rig_say(fd, "ping 1"), "0");
	inject_arm(plan);
	(void)daemon_rig_say(fd, "exit 7");
	(void)close(fd);
	fd = daemon_rig_connect(&rig, "one");
	assert_string_equal(daemon_rig_say(fd, "ping 1"), "0");
	(void)inject_disarm();
	assert_true(inject_has_hit());
	assert_false(inject_child_executed());
	assert_int_equal(find_entries("one", 0, entry), 1);
	assert_string_equal(entry, words);
	assert_false(daemon_rig_has_logged(&rig, "one: held back: "));
	(void)close(fd);
	assert_true(ledger_settles(rig.pid, &before));
}

static void
a_helper_that_cannot_start_is_followed_by_one_that_can(void **state)
{
	const struct inject_plan plan = {
		.act = INJECT_FAIL,
		.of_child = true,
		.number = SYS_dup3,
		.nth = 4,
		.error = EMFILE,
	};

	(void)state;
	expect_followed(&plan,
	    "put the pair on its number: Too many open files");
}

/* It was "prepare the start". */
static void
what_fails_before_there_is_a_process_is_named_as_well(void **state)
{
	const struct inject_plan plan = {
		.act = INJECT_FAIL,
		.number = SYS_socketpair,
		.nth = 1,
		.error = ENFILE,
	};

	(void)state;
	expect_followed(&plan, "make its pair: Too many open files in system");
}

/* As it is documented: the second in a row is told, and waits. */
static void
one_that_never_can_is_held_back(void **state)
{
	static const char exhausted[] =
	    "execute the program: Resource temporarily unavailable";
	char entry[PATH_MAX];
	const char *text;

	(void)state;
	/* Of one uid, which may not have so many: the third may not execute. */
	daemon_rig_puppet(&rig, "sick",
	    "Instances=3\nUser=games\nLimitNPROC=1\nRestartSec=1min\nStartLimitBurst=2",
	    "");
	assert_int_equal(daemon_rig_ctl(&rig, &text, "reload", NULL), 0);
	assert_true(daemon_rig_logs(&rig,
	    "sick: held back: its helper failed 2 times in a row; next try in "
	    "60000 ms"));
	assert_int_equal(find_entries("sick", 0, entry), 2);
	assert_string_equal(entry, exhausted);
	assert_int_equal(daemon_rig_ctl(&rig, &text, "status", "sick", NULL),
	    0);
	assert_non_null(strstr(text, exhausted));
	assert_string_equal(daemon_rig_say(caller, "ping 1"), "0");
}

static uint64_t
now_usec(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

/*
 * 1, 2, 4 ms and so on: 127 ms before the eighth.  It took 1.5 s when sd-event
 * had each of them be as late as it is wont to.
 */
static void
short_pauses_between_starts_that_fail_stay_short(void **state)
{
	enum { TRIES = 9, ENOUGH_USEC = 900000 };
	uint64_t shortest = UINT64_MAX;

	(void)state;
	for (int i = 0; i < TRIES && shortest > ENOUGH_USEC; i++) {
		char name[16], told[40];
		const char *text;
		uint64_t usec;

		(void)snprintf(name, sizeof(name), "sick%d", i);
		(void)snprintf(told, sizeof(told), "%s: held back: ", name);
		daemon_rig_puppet(&rig, name,
		    "RestartSec=1ms\nStartLimitBurst=8\n"
		    "ExecStart=\nExecStart=%p die",
		    "");
		usec = now_usec();
		assert_int_equal(daemon_rig_ctl(&rig, &text, "reload", NULL),
		    0);
		assert_true(daemon_rig_logs(&rig, told));
		usec = now_usec() - usec;
		print_message("%llu\n", (unsigned long long)usec);
		if (usec < shortest)
			shortest = usec;
	}
	print_message("eight starts within %llu ms\n",
	    (unsigned long long)shortest / 1000);
	assert_true(shortest <= ENOUGH_USEC);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    a_helper_that_cannot_start_is_followed_by_one_that_can,
		    prepare, clean),
		cmocka_unit_test_setup_teardown(
		    what_fails_before_there_is_a_process_is_named_as_well,
		    prepare, clean),
		cmocka_unit_test_setup_teardown(one_that_never_can_is_held_back,
		    prepare, clean),
		cmocka_unit_test_setup_teardown(
		    short_pauses_between_starts_that_fail_stay_short, prepare,
		    clean),
	};

	return run_starts(tests, PSD_ELEMENTS(tests));
}
