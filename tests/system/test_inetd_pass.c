/* SPDX-License-Identifier: ISC */
/* Servers that have their client's connection itself (Pass=socket). */
#include "tests/system/inetd_fixture.h"

#include <linux/landlock.h>
#include <sys/syscall.h>

enum { LANDLOCK_WITH_TCP = 4 };

static int
start_servers(void **state)
{
	(void)state;
	inetd_prepare();
	tcp_server("echo", "/bin/cat", port, "Pass=socket");
	tcp_server("peer", "%c peer", port + 1,
	    "Pass=socket\n"
	    "[Policy]\nSystemCallFilter=getpeername connect");
	server("half", "%c half", "Pass=socket");
	server("crash", "%c crash", "Pass=socket");
	server("attack", "%c attack", "Pass=socket");
	server("total", "/bin/cat", "Pass=socket\nRuntimeMaxSec=400ms");
	server("two", "/bin/cat",
	    "Pass=socket\nMaxConnections=2\nMaxConnectionsPerSource=1");
	daemon_rig_start(&rig);
	return 0;
}

static void
both_directions_and_their_ends_are_the_connections_own(void **state)
{
	(void)state;
	check_whole_answer(connect_tcp());
	check_whole_answer(daemon_rig_connect(&rig, "echo"));
	assert_true(daemon_rig_logs(&rig, "ended: orderly (exit status 0)"));
	check_half("half");
}

static void
no_relay_is_started(void **state)
{
	const char *text;

	(void)state;
	assert_int_equal(daemon_rig_ctl(&rig, &text, "status", NULL), 0);
	assert_non_null(strstr(text, "echo"));
	assert_null(strstr(text, "(relay)"));
}

static void
the_server_can_ask_who_its_client_is_but_go_nowhere_else(void **state)
{
	const int fd = connect_port(port + 1);
	struct sockaddr_in own;
	socklen_t len = sizeof(own);
	char line[64];

	(void)state;
	assert_int_equal(getsockname(fd, (struct sockaddr *)&own, &len), 0);
	(void)snprintf(line, sizeof(line), "first\nport %u\n",
	    ntohs(own.sin_port));
	expect_line(fd, line);
	(void)close(fd);
	if (syscall(SYS_landlock_create_ruleset, NULL, 0,
		LANDLOCK_CREATE_RULESET_VERSION) < LANDLOCK_WITH_TCP) {
		print_message("SKIP: this kernel's Landlock knows no TCP\n");
		skip();
	}
	assert_true(daemon_rig_logs(&rig, "stderr: connect: EACCES"));
}

static void
the_three_ends_are_told_apart(void **state)
{
	const int crash = daemon_rig_connect(&rig, "crash");
	const int total = daemon_rig_connect(&rig, "total");

	(void)state;
	expect_line(crash, "first\n");
	expect_end(crash);
	assert_true(daemon_rig_logs(&rig, "ended: abrupt (killed by SIG"));
	expect_end(total);
	assert_true(daemon_rig_logs(&rig, "ended: overdue (killed by SIGTERM"));
	(void)close(crash);
	(void)close(total);
}

static void
limits_hold(void **state)
{
	const int first = daemon_rig_connect(&rig, "two");
	const int second = daemon_rig_connect(&rig, "two");

	(void)state;
	assert_int_equal(send(first, "x", 1, MSG_NOSIGNAL), 1);
	expect_line(first, "x");
	expect_end(second);
	assert_true(daemon_rig_logs(&rig,
	    "two: refused a client: MaxConnectionsPerSource="));
	(void)close(first);
	(void)close(second);
}

static void
what_an_attacker_tries_is_refused_and_logged(void **state)
{
	(void)state;
	check_attack();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    both_directions_and_their_ends_are_the_connections_own),
		cmocka_unit_test(no_relay_is_started),
		cmocka_unit_test(
		    the_server_can_ask_who_its_client_is_but_go_nowhere_else),
		cmocka_unit_test(the_three_ends_are_told_apart),
		cmocka_unit_test(limits_hold),
		cmocka_unit_test(what_an_attacker_tries_is_refused_and_logged),
	};

	return cmocka_run_group_tests(tests, start_servers, stop);
}
