/* SPDX-License-Identifier: ISC */
/*
 * Numbers of 32 bits that are given to one after the other come round, of a
 * daemon that is up for months.  Here it has counted as far by what is changed
 * in what it tells itself at a re-exec.
 */
#include "common/mem.h"
#include "tests/support/guests.h"
#include "tests/support/install_rig.h"
#include "tests/support/state_change.h"
#include "tests/system/reexec_fixture.h"

#include <limits.h>

static char ourselves[PATH_MAX];

static void
start(void)
{
	daemon_rig_puppet(&rig, "one", "",
	    "SystemCallFilter=@processes\nAllowRun=sh\nAllowClone=yes\n");
	daemon_rig_write(&rig, "policies/sh.policy",
	    "[Helper]\nType=program\nInstances=8\n"
	    "ExecStart=/bin/sh -c \"read line\"\n"
	    "[Policy]\n"
	    "SystemCallFilter=@helper @loader @basic-io @processes getcwd\n"
	    "AllowOpen=@runtime\n");
	guests_write_echo(&rig, "TimeoutStopSec=1s\n");
	install_rig_put(&rig, install_rig_ours());
	daemon_rig_start(&rig);
}

/* Of all records of that name, once in the daemon's life. */
static void
count_up(const char *record, const char *field)
{
	const struct state_change change = {
		.record = record,
		.nth = STATE_CHANGE_ALL,
		.field = field,
		.value = UINT32_MAX,
	};
	const char *text;

	install_rig_put(&rig, ourselves);
	if (state_change_make(&rig, &change, &text) != 0)
		fail_msg("%s.%s: %s", record, field, text);
}

static void
a_program_is_not_taken_for_one_that_runs_on(void **state)
{
	int puppet;

	(void)state;
	start();
	puppet = daemon_rig_connect(&rig, "one");
	assert_string_equal(daemon_rig_say(puppet, "run sh"), "0 1");
	count_up("instance", "last_run");
	assert_string_equal(daemon_rig_say(puppet, "run sh"), "0 2");
	expect_reexec();
	assert_string_equal(daemon_rig_say(puppet, "run sh"), "0 3");
	expect_reexec();
	(void)close(puppet);
}

static void
a_clone_is_not_taken_for_the_first_conversation(void **state)
{
	int puppet;

	(void)state;
	start();
	puppet = daemon_rig_connect(&rig, "one");
	count_up("instance", "last_clone");
	assert_string_equal(daemon_rig_say(puppet, "clone 3"), "0");
	assert_string_equal(daemon_rig_say(puppet, "clone 3"), "0");
	assert_string_equal(daemon_rig_say(puppet, "ping 1"), "0");
	(void)close(puppet);
}

static void
expect_echo(int client)
{
	char word[8] = "";

	assert_int_equal(send(client, "word", 4, MSG_NOSIGNAL), 4);
	assert_true(test_poll(client, POLLIN, TEST_DEADLINE) != 0);
	assert_int_equal(recv(client, word, sizeof(word), 0), 4);
}

static void
a_connection_is_not_taken_for_one_that_goes_on(void **state)
{
	int clients[3];

	(void)state;
	start();
	clients[0] = daemon_rig_connect(&rig, "echo");
	expect_echo(clients[0]);
	count_up("daemon", "last_relayed");
	/* The numbers that come round: none, and that of the first. */
	for (int i = 1; i < 3; i++) {
		clients[i] = daemon_rig_connect(&rig, "echo");
		expect_echo(clients[i]);
	}
	for (int i = 1; i < 3; i++)
		(void)close(clients[i]);
	/* Longer than who has heard the end of its client may live. */
	(void)poll(NULL, 0, 2000);
	expect_echo(clients[0]);
	(void)close(clients[0]);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		CASE(a_program_is_not_taken_for_one_that_runs_on),
		CASE(a_clone_is_not_taken_for_the_first_conversation),
		CASE(a_connection_is_not_taken_for_one_that_goes_on),
	};

	state_change_rehearse(argc, argv);
	assert_non_null(realpath("/proc/self/exe", ourselves));
	return has_root() ? cmocka_run_group_tests(tests, NULL, NULL) : 77;
}
