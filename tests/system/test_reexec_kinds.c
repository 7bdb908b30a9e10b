/* SPDX-License-Identifier: ISC */
/* What the kinds of services have under way goes on over a re-exec. */
#include "tests/support/door_rig.h"
#include "tests/system/reexec_narrow.h"

#include <sys/un.h>

#include <errno.h>

static const struct door_user alice = { 12345, 12345, 0 };

static void
a_program_s_end_is_told_to_who_awaited_it_before(void **state)
{
	int fd;

	(void)state;
	daemon_rig_puppet(&rig, "one", "", "AllowRun=sh");
	daemon_rig_write(&rig, "policies/sh.policy",
	    "[Helper]\nType=program\n"
	    "ExecStart=/bin/sh -c \"read line; exit 3\"\n[Policy]\n"
	    "SystemCallFilter=@helper @loader @basic-io @processes getcwd\n"
	    "AllowOpen=@runtime\n");
	daemon_rig_start(&rig);
	fd = daemon_rig_connect(&rig, "one");
	assert_string_equal(daemon_rig_say(fd, "run sh"), "0 1");
	expect_reexec();
	assert_string_equal(daemon_rig_say(fd, "close-input"), "0");
	tell(fd, "await 1");
	expect_reexec();
	hear(fd, "0 0 3");
	/* Numbers of programs are not used again. */
	assert_string_equal(daemon_rig_say(fd, "run sh"), "0 2");
	expect_reexec();
	/* One that has ended, and was not awaited. */
	assert_string_equal(daemon_rig_say(fd, "close-input"), "0");
	assert_true(daemon_rig_logs(&rig, "sh["));
	expect_reexec();
	assert_string_equal(daemon_rig_say(fd, "await 2"), "0 0 3");
	(void)close(fd);
	expect_stop();
}

static void
clients_by_a_door_are_served_and_wait_on(void **state)
{
	char answer[64];
	int one, two;

	(void)state;
	daemon_rig_puppet(&rig, "svc",
	    "Instances=1\nClients=user:0\nMaxConnections=2", "");
	daemon_rig_start(&rig);
	one = door_connect(&rig, "svc");
	assert_int_equal(door_say(one, "ping 1", answer, sizeof(answer)), 0);
	two = door_connect(&rig, "svc");
	expect_reexec();
	/* Both are counted, so there is no room for a third. */
	assert_int_equal(door_try(&rig, "svc", &(struct door_user){ 0, 0, 0 }),
	    -EAGAIN);
	assert_int_equal(door_try(&rig, "svc", &alice), -EACCES);
	assert_int_equal(door_say(one, "ping 1", answer, sizeof(answer)), 0);
	(void)close(one);
	assert_int_equal(door_say(two, "ping 1", answer, sizeof(answer)), 0);
	assert_string_equal(answer, "0");
	(void)close(two);
	(void)daemon_rig_stop(&rig);
}

/* Sends and gets back, as cat(1) does. */
static void
expect_echo(int fd, const char *word)
{
	char text[64] = "";

	tell(fd, word);
	assert_true(test_poll(fd, POLLIN, TEST_DEADLINE) != 0);
	assert_int_equal(recv(fd, text, sizeof(text) - 1, 0), strlen(word));
	assert_string_equal(text, word);
}

static void
relayed_connections_and_a_pool_of_servers_go_on(void **state)
{
	int one, two;

	(void)state;
	daemon_rig_write(&rig, "policies/echo.policy",
	    "[Helper]\nType=inetd\nExecStart=/bin/cat\n"
	    "ListenStream=%s/run/echo.sock\nInstances=2..4\n"
	    "MaxConnectionsPerSource=2\n[Policy]\n"
	    "SystemCallFilter=@filter @loader shutdown poll\n"
	    "AllowOpen=@runtime\n");
	daemon_rig_start(&rig);
	one = daemon_rig_connect(&rig, "echo");
	expect_echo(one, "before");
	expect_reexec();
	expect_echo(one, "after");
	two = daemon_rig_connect(&rig, "echo");
	expect_echo(two, "from the pool");
	/* Where clients come from is counted on. */
	(void)daemon_rig_connect(&rig, "echo");
	assert_true(daemon_rig_logs(&rig, "MaxConnectionsPerSource="));
	expect_reexec();
	expect_echo(two, "again");
	(void)shutdown(one, SHUT_WR);
	assert_true(test_poll(one, POLLIN, TEST_DEADLINE) != 0);
	assert_true(daemon_rig_logs(&rig, "ended: orderly"));
	(void)close(one);
	(void)close(two);
	(void)daemon_rig_stop(&rig);
	assert_false(daemon_rig_has_logged(&rig, "abrupt"));
}

static void
replies_that_are_not_read_are_kept_and_so_is_their_deadline(void **state)
{
	int fd;

	(void)state;
	daemon_rig_puppet(&rig, "one", "", "RequestTimeoutSec=3s");
	daemon_rig_start(&rig);
	fd = daemon_rig_connect(&rig, "one");
	assert_true(atoi(daemon_rig_say(fd, "flood 100000")) > 100);
	for (int i = 0; i < 5; i++)
		expect_reexec();
	assert_true(daemon_rig_logs(&rig, "does not read its replies"));
	assert_true(daemon_rig_logs(&rig, "ended: overdue"));
	(void)close(fd);
	assert_int_equal(daemon_rig_stop(&rig), 0);
}

static void
a_service_that_is_held_back_stays_so(void **state)
{
	const char *text;

	(void)state;
	daemon_rig_puppet(&rig, "sick",
	    "StartLimitBurst=2\nRestartSec=30s\n"
	    "ExecStart=\nExecStart=%p die",
	    "");
	daemon_rig_puppet(&rig, "stopped", "", "");
	daemon_rig_start(&rig);
	assert_true(daemon_rig_logs(&rig, "sick: held back"));
	assert_int_equal(daemon_rig_ctl(&rig, &text, "stop", "stopped", NULL),
	    0);
	expect_reexec();
	assert_int_equal(daemon_rig_ctl(&rig, &text, "status", NULL), 0);
	assert_non_null(strstr(text, "held back"));
	assert_non_null(strstr(text, "stopped"));
	expect_count("sick", "started", 2);
	(void)daemon_rig_stop(&rig);
}

static void
what_was_given_up_or_narrowed_stays_so(void **state)
{
	char line[128];
	int fd;

	(void)state;
	daemon_rig_write(&rig, "files/a", "content");
	daemon_rig_write(&rig, "files/b", "content");
	daemon_rig_puppet(&rig, "one", "",
	    "AllowOpen=read %s/files/**\nAllowLog=info");
	daemon_rig_start(&rig);
	fd = daemon_rig_connect(&rig, "one");
	(void)snprintf(line, sizeof(line), "AllowOpen=read %s/files/a",
	    rig.dir);
	narrow(fd, line);
	assert_string_equal(daemon_rig_say(fd, "restrict log"), "0");
	for (int i = 0; i < 2; i++) {
		assert_string_equal(daemon_rig_say(fd, "read %s/files/a",
					rig.dir),
		    "ok content");
		assert_string_equal(daemon_rig_say(fd, "read %s/files/b",
					rig.dir),
		    "-1");
		assert_string_equal(daemon_rig_say(fd, "log hello"), "-1");
		expect_reexec();
	}
	(void)close(fd);
	expect_stop();
}

/* A local listener that has room for no connection. */
static int
full_listener(struct sockaddr_un *ret, int fill[2])
{
	const int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	*ret = (struct sockaddr_un){ .sun_family = AF_UNIX };
	(void)snprintf(ret->sun_path, sizeof(ret->sun_path), "%s/files/full",
	    rig.dir);
	assert_true(listener >= 0);
	assert_int_equal(bind(listener, (struct sockaddr *)ret, sizeof(*ret)),
	    0);
	assert_int_equal(chmod(ret->sun_path, 0666), 0);
	assert_int_equal(listen(listener, 0), 0);
	for (int i = 0; i < 2; i++) {
		fill[i] = socket(AF_UNIX,
		    SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		(void)connect(fill[i], (struct sockaddr *)ret, sizeof(*ret));
	}
	return listener;
}

/* A child of the daemon's makes it, and waits for room. */
static void
a_connection_that_waits_is_made_by_the_successor(void **state)
{
	struct sockaddr_un address;
	char answer[16] = "";
	int fd, listener, fill[2];

	(void)state;
	daemon_rig_puppet(&rig, "one", "",
	    "AllowConnectUnix=%s/files/full\nRequestTimeoutSec=60s");
	daemon_rig_start(&rig);
	listener = full_listener(&address, fill);
	fd = daemon_rig_connect(&rig, "one");
	(void)snprintf(address.sun_path, sizeof(address.sun_path),
	    "connect-unix %s/files/full", rig.dir);
	tell(fd, address.sun_path);
	assert_int_equal(test_poll(fd, POLLIN, TEST_GLIMPSE), 0);
	expect_reexec();
	assert_int_equal(test_poll(fd, POLLIN, TEST_GLIMPSE), 0);
	for (int i = 0; test_poll(fd, POLLIN, 0) == 0; i++) {
		assert_true(i < 4);
		(void)close(accept4(listener, NULL, NULL, SOCK_CLOEXEC));
		(void)test_poll(fd, POLLIN, 1000);
	}
	/* The number of the socket that it was given. */
	assert_true(recv(fd, answer, sizeof(answer) - 1, 0) > 0);
	assert_true(atoi(answer) > 2);
	(void)close(fd);
	(void)close(listener);
	(void)close(fill[0]);
	(void)close(fill[1]);
	expect_stop();
}

/* A child of the helper's talks by it, and has given up what its parent has. */
static void
a_clone_goes_on_beside_its_origin(void **state)
{
	int fd;

	(void)state;
	daemon_rig_write(&rig, "files/a", "content");
	daemon_rig_puppet(&rig, "one", "",
	    "SystemCallFilter=@processes\nAllowClone=yes\n"
	    "AllowOpen=read %s/files/**");
	daemon_rig_start(&rig);
	fd = daemon_rig_connect(&rig, "one");
	assert_string_equal(daemon_rig_say(fd, "child"), "0");
	expect_reexec();
	expect_count("one", "clones", 1);
	assert_string_equal(daemon_rig_say(fd, "read %s/files/a", rig.dir),
	    "ok content");
	assert_string_equal(daemon_rig_say(fd, "restrict open"), "0");
	assert_string_equal(daemon_rig_say(fd, "child"), "0");
	expect_reexec();
	expect_count("one", "clones", 2);
	for (int i = 0; i < 2; i++) {
		assert_string_equal(daemon_rig_say(fd, "read %s/files/a",
					rig.dir),
		    "-1");
		assert_string_equal(daemon_rig_say(fd, "return"), "0");
	}
	assert_string_equal(daemon_rig_say(fd, "read %s/files/a", rig.dir),
	    "ok content");
	(void)close(fd);
	(void)daemon_rig_stop(&rig);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_program_s_end_is_told_to_who_awaited_it_before),
		CASE(clients_by_a_door_are_served_and_wait_on),
		CASE(relayed_connections_and_a_pool_of_servers_go_on),
		CASE(
		    replies_that_are_not_read_are_kept_and_so_is_their_deadline),
		CASE(a_service_that_is_held_back_stays_so),
		CASE(what_was_given_up_or_narrowed_stays_so),
		CASE(a_connection_that_waits_is_made_by_the_successor),
		CASE(a_clone_goes_on_beside_its_origin),
	};

	return has_root() ? cmocka_run_group_tests(tests, NULL, NULL) : 77;
}
