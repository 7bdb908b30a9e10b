/* SPDX-License-Identifier: ISC */
#include "tests/support/child.h"
#include "tests/system/rig_fixture.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MOST = 3, CRASHES = 12 };

static const char once[] = "AllowAccept=\nAllowAccept=yes once";

static long
helper_of(int client)
{
	return strtol(daemon_rig_say(client, "pid"), NULL, 10);
}

static void
each_client_has_a_helper_of_its_own_up_to_the_upper_bound(void **state)
{
	int clients[MOST + 1];
	long helpers[MOST + 1];

	(void)state;
	daemon_rig_puppet(&rig, "one", "Instances=1..3", once);
	daemon_rig_start(&rig);
	for (int i = 0; i < MOST; i++) {
		clients[i] = daemon_rig_connect(&rig, "one");
		helpers[i] = helper_of(clients[i]);
		for (int k = 0; k < i; k++)
			assert_int_not_equal(helpers[k], helpers[i]);
	}
	/* All are taken; the next waits until one of them has ended. */
	clients[MOST] = daemon_rig_connect(&rig, "one");
	assert_int_equal(send(clients[MOST], "pid", 3, MSG_NOSIGNAL), 3);
	assert_int_equal(test_poll(clients[MOST], POLLIN, TEST_GLIMPSE), 0);
	(void)close(clients[0]);
	assert_int_not_equal(test_poll(clients[MOST], POLLIN, TEST_DEADLINE),
	    0);
	for (int i = 1; i <= MOST; i++)
		(void)close(clients[i]);
	assert_int_equal(daemon_rig_stop(&rig), 0);
}

static void
the_next_helper_is_ready_before_the_next_client_comes(void **state)
{
	const char *text;
	int client;

	(void)state;
	daemon_rig_puppet(&rig, "one", "Instances=1..2", once);
	daemon_rig_start(&rig);
	client = daemon_rig_connect(&rig, "one");
	assert_true(helper_of(client) > 0);
	for (int ms = 0; ms < TEST_DEADLINE; ms += TEST_GLIMPSE) {
		assert_int_equal(daemon_rig_ctl(&rig, &text, "--json", "status",
				     "one", NULL),
		    0);
		if (strstr(text, "\"ready\": 2") != NULL)
			break;
		(void)poll(NULL, 0, TEST_GLIMPSE);
	}
	assert_non_null(strstr(text, "\"ready\": 2"));
	assert_non_null(strstr(text, "\"taken\": 1"));
	(void)close(client);
	assert_int_equal(daemon_rig_stop(&rig), 0);
}

/* Else whoever makes a helper crash would shut the door to others. */
static void
helpers_that_their_clients_make_fail_are_replaced_at_once(void **state)
{
	const char *text;
	int client;

	(void)state;
	daemon_rig_puppet(&rig, "one",
	    "Instances=1..2\nStartLimitBurst=3\nRestartSec=1min", once);
	daemon_rig_start(&rig);
	for (int i = 0; i < CRASHES; i++) {
		client = daemon_rig_connect(&rig, "one");
		assert_string_equal(daemon_rig_say(client, "exit 7"), "");
		(void)close(client);
	}
	client = daemon_rig_connect(&rig, "one");
	assert_string_equal(daemon_rig_say(client, "ping 1"), "0");
	(void)close(client);
	assert_int_equal(daemon_rig_ctl(&rig, &text, "status", "one", NULL), 0);
	assert_null(strstr(text, "held back"));
	assert_int_equal(daemon_rig_stop(&rig), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    each_client_has_a_helper_of_its_own_up_to_the_upper_bound,
		    prepare, clean),
		cmocka_unit_test_setup_teardown(
		    the_next_helper_is_ready_before_the_next_client_comes,
		    prepare, clean),
		cmocka_unit_test_setup_teardown(
		    helpers_that_their_clients_make_fail_are_replaced_at_once,
		    prepare, clean),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
