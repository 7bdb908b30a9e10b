/* SPDX-License-Identifier: ISC */
#include "tests/system/door_fixture.h"

static void
one_user_has_only_so_many_connections(void **state)
{
	int fds[2], fd;

	(void)state;
	start("Instances=1..8\nClients=user:0 user:12345\n"
	      "MaxConnectionsPerUser=2");
	for (int i = 0; i < 2; i++) {
		fds[i] = door_connect(&rig, "svc");
		assert_int_equal(door_say(fds[i], "ping 1", NULL, 0), 0);
	}
	fd = door_connect(&rig, "svc");
	assert_int_equal(door_say(fd, "ping 1", NULL, 0), -EUSERS);
	(void)close(fd);
	assert_int_equal(door_try(&rig, "svc", &alice), 0);
	/* One that is over makes room, when its helper has ended. */
	(void)close(fds[0]);
	assert_true(daemon_rig_logs(&rig, "ended: orderly"));
	for (int ms = 0; ms < TEST_DEADLINE; ms += TEST_GLIMPSE) {
		if (strstr(status_of_service(), "\"connections\": 1") != NULL)
			break;
		(void)poll(NULL, 0, TEST_GLIMPSE);
	}
	fd = door_connect(&rig, "svc");
	assert_int_equal(door_say(fd, "ping 1", NULL, 0), 0);
	(void)close(fd);
	(void)close(fds[1]);
}

static void
one_user_has_only_so_many_connections_to_all_services(void **state)
{
	int fds[2], fd;

	(void)state;
	daemon_rig_write(&rig, "privsepd.conf",
	    "[Daemon]\nMaxConnectionsPerUser=2\n");
	daemon_rig_puppet(&rig, "other", "Clients=user:0 user:12345", "");
	start("Instances=1..4\nClients=user:0 user:12345");
	fds[0] = door_connect(&rig, "svc");
	fds[1] = door_connect(&rig, "other");
	for (int i = 0; i < 2; i++)
		assert_int_equal(door_say(fds[i], "ping 1", NULL, 0), 0);
	fd = door_connect(&rig, "svc");
	assert_int_equal(door_say(fd, "ping 1", NULL, 0), -EUSERS);
	assert_true(
	    daemon_rig_logs(&rig, "MaxConnectionsPerUser= of privsepd.conf"));
	(void)close(fd);
	assert_int_equal(door_try(&rig, "svc", &alice), 0);
	for (int i = 0; i < 2; i++)
		(void)close(fds[i]);
}

static void
all_users_together_have_only_so_many_connections(void **state)
{
	int fds[3];

	(void)state;
	start("Instances=1..8\nClients=user:0 user:12345\nMaxConnections=3");
	for (int i = 0; i < 3; i++)
		fds[i] = door_connect(&rig, "svc");
	assert_int_equal(door_try(&rig, "svc", &alice), -EAGAIN);
	for (int i = 0; i < 3; i++)
		(void)close(fds[i]);
	assert_true(daemon_rig_logs(&rig, "MaxConnections="));
}

static void
who_says_nothing_is_refused_in_time_and_takes_no_helper(void **state)
{
	const char *status;
	int silent, fd;

	(void)state;
	start("Clients=user:0\nConnectTimeoutSec=500ms");
	silent = door_connect(&rig, "svc");
	fd = door_connect(&rig, "svc");
	assert_int_equal(door_say(fd, "ping 1", NULL, 0), 0);
	assert_int_equal(door_hear(silent, NULL, 0), -ETIMEDOUT);
	assert_int_equal(door_hear(silent, NULL, 0), -EPIPE);
	assert_true(daemon_rig_logs(&rig, "it said nothing in time"));
	status = status_of_service();
	assert_non_null(strstr(status, "\"started\": 1"));
	(void)close(silent);
	(void)close(fd);
}

static void
who_finds_no_helper_free_is_told_to_try_again(void **state)
{
	int first, second;

	(void)state;
	start("Clients=user:0\nConnectTimeoutSec=300ms");
	first = door_connect(&rig, "svc");
	assert_int_equal(door_say(first, "ping 1", NULL, 0), 0);
	second = door_connect(&rig, "svc");
	assert_int_equal(door_say(second, "ping 1", NULL, 0), -EAGAIN);
	assert_true(daemon_rig_logs(&rig, "no helper was free in time"));
	assert_int_equal(door_say(first, "ping 1", NULL, 0), 0);
	(void)close(first);
	(void)close(second);
}

static void
who_leaves_before_a_helper_is_free_takes_none(void **state)
{
	int first, second;

	(void)state;
	start("Clients=user:0");
	first = door_connect(&rig, "svc");
	assert_int_equal(door_say(first, "ping 1", NULL, 0), 0);
	for (int i = 0; i < 8; i++) {
		second = door_connect(&rig, "svc");
		assert_int_equal(send(second, "ping 1", 6, MSG_NOSIGNAL), 6);
		(void)close(second);
		/* An end without a word, and an empty record. */
		second = door_connect(&rig, "svc");
		(void)close(second);
		second = door_connect(&rig, "svc");
		(void)send(second, "", 0, MSG_NOSIGNAL);
		assert_int_equal(door_hear(second, NULL, 0), -EPIPE);
		(void)close(second);
	}
	assert_non_null(strstr(status_of_service(), "\"started\": 1"));
	(void)close(first);
}

/* Connects as fast as it can, holds all, and goes on until it is killed. */
static int
flood(void *argument)
{
	int fds[FLOOD], n = 0;

	(void)argument;
	TEST_EXPECT(door_become(&alice) == 0);
	for (;;) {
		if (n == FLOOD)
			while (n > 0)
				(void)close(fds[--n]);
		fds[n] = door_connect(&rig, "svc");
		if (fds[n] < 0)
			continue;
		(void)send(fds[n], "ping 1", 6, MSG_NOSIGNAL);
		n++;
	}
	return 0;
}

/* His own connections count until their helpers have ended. */
static int
try_as_bob(void)
{
	int r = -EUSERS;

	for (int ms = 0; r == -EUSERS && ms < TEST_DEADLINE; ms += TEST_STEP) {
		r = door_try(&rig, "svc", &bob);
		if (r == -EUSERS)
			(void)poll(NULL, 0, TEST_STEP);
	}
	return r;
}

static void
one_user_who_floods_the_door_does_not_keep_another_out(void **state)
{
	pid_t floods[2];

	(void)state;
	start("Instances=2..6\nClients=user:12345 user:12346\n"
	      "MaxConnectionsPerUser=4");
	for (int i = 0; i < 2; i++)
		floods[i] = test_child_start(flood, NULL);
	assert_true(daemon_rig_logs(&rig, "MaxConnectionsPerUser="));
	for (int i = 0; i < TURNS; i++)
		assert_int_equal(try_as_bob(), 0);
	for (int i = 0; i < 2; i++)
		test_child_kill(floods[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_RIG(one_user_has_only_so_many_connections),
		WITH_RIG(one_user_has_only_so_many_connections_to_all_services),
		WITH_RIG(all_users_together_have_only_so_many_connections),
		WITH_RIG(
		    who_says_nothing_is_refused_in_time_and_takes_no_helper),
		WITH_RIG(who_finds_no_helper_free_is_told_to_try_again),
		WITH_RIG(who_leaves_before_a_helper_is_free_takes_none),
		WITH_RIG(
		    one_user_who_floods_the_door_does_not_keep_another_out),
	};

	if (!may_run())
		return 0;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
