/* SPDX-License-Identifier: ISC */
/* A server that was there already goes on as its own monitor's helper. */
#include "common/mem.h"
#include "tests/support/calls.h"
#include "tests/support/child.h"
#include "tests/support/fds.h"
#include "tests/system/monitor_fixture.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

enum { ID_SIZE = 64 };

static const char nothing[] = "0000000000000000";

static void
the_server_has_no_rights_left(void **state)
{
	static const char *const sets[] = { "CapInh", "CapPrm", "CapEff",
		"CapBnd", "CapAmb" };
	char uid[ID_SIZE];

	(void)state;
	start("", "AllowLog=info");
	for (size_t i = 0; i < PSD_ELEMENTS(sets); i++)
		assert_string_equal(server_rig_status(&rig, sets[i]), nothing);
	assert_string_equal(server_rig_status(&rig, "NoNewPrivs"), "1");
	assert_string_equal(server_rig_status(&rig, "Seccomp"), "2");
	assert_string_equal(server_rig_status(&rig, "Groups"), "");
	(void)snprintf(uid, sizeof(uid), "%s", server_rig_status(&rig, "Uid"));
	assert_true(atoi(uid) >= 1900000000 && atoi(uid) <= 1900065535);
	assert_string_equal(server_rig_status(&rig, "Gid"), uid);
	/* All four are the same. */
	for (const char *at = uid; at != NULL; at = strchr(at, '\t')) {
		at += *at == '\t';
		assert_int_equal(atoi(at), atoi(uid));
	}
	/* What it handled before it handles again. */
	assert_string_equal(server_rig_status(&rig, "SigBlk"), nothing);
	assert_true(daemon_rig_logs(&rig.daemon, "confined itself: uid"));
}

static void
it_keeps_the_named_descriptors_and_nothing_else(void **state)
{
	struct test_fd fds[16];
	ssize_t n;

	(void)state;
	start("", "");
	n = test_fds_list(rig.pid, fds, PSD_ELEMENTS(fds));
	/* Three of stdio, the client, the pair and the lifeline. */
	assert_int_equal(n, 6);
	for (ssize_t i = 0; i < n; i++) {
		const char *target = fds[i].target;

		if (fds[i].number <= STDERR_FILENO)
			assert_string_equal(target, "/dev/null");
		else
			assert_true(strncmp(target, "socket:", 7) == 0 ||
			    strncmp(target, "pipe:", 5) == 0);
	}
}

static void
requests_are_answered_as_by_the_daemon(void **state)
{
	char word[64];

	(void)state;
	daemon_rig_write(&rig.daemon, "files/open", "granted\n");
	daemon_rig_write(&rig.daemon, "files/closed", "secret\n");
	start("StandardError=log", "AllowOpen=read %s/files/open");
	assert_string_equal(daemon_rig_say(rig.fd, "ping 100"), "0");
	assert_string_equal(daemon_rig_say(rig.fd, "read %s/files/open",
				rig.daemon.dir),
	    "ok granted");
	assert_string_equal(daemon_rig_say(rig.fd, "read %s/files/closed",
				rig.daemon.dir),
	    "-1");
	assert_true(daemon_rig_logs(&rig.daemon, "/files/closed"));
	assert_true(daemon_rig_logs(&rig.daemon, "to allow: AllowOpen=read"));
	assert_string_equal(daemon_rig_say(rig.fd, "restrict open"), "0");
	assert_string_equal(daemon_rig_say(rig.fd, "read %s/files/open",
				rig.daemon.dir),
	    "-1");
	(void)daemon_rig_say(rig.fd, "complain of the weather");
	(void)snprintf(word, sizeof(word), "server[%d]: stderr: of the weather",
	    rig.pid);
	assert_true(daemon_rig_logs(&rig.daemon, word));
}

static void
landlock_holds_where_the_filter_lets_pass(void **state)
{
	(void)state;
	daemon_rig_write(&rig.daemon, "files/open", "granted\n");
	start("",
	    "SystemCallFilter=@loader\nAllowOpen=@runtime\n"
	    "AllowOpen=read %s/files/open");
	if (daemon_rig_has_logged(&rig.daemon, "without: landlock"))
		skip();
	assert_string_equal(daemon_rig_say(rig.fd, "try %s/files/open",
				rig.daemon.dir),
	    "EACCES");
	assert_string_equal(daemon_rig_say(rig.fd, "try /proc/self/status"),
	    "EACCES");
	assert_string_equal(daemon_rig_say(rig.fd, "try /etc/passwd"),
	    "EACCES");
	assert_string_equal(daemon_rig_say(rig.fd, "try /etc/ld.so.cache"),
	    "ok");
}

static void
a_denied_call_is_named_and_ends_the_server(void **state)
{
	(void)state;
	start("", "");
	assert_string_equal(daemon_rig_say(rig.fd, "call %d 2 1 0", SYS_socket),
	    "");
	assert_int_equal(server_rig_wait(&rig) & 128, 128);
	assert_true(daemon_rig_logs(&rig.daemon, "ended: abrupt"));
	if (daemon_rig_has_logged(&rig.daemon, " filter listener;")) {
		assert_true(daemon_rig_logs(&rig.daemon,
		    "refused socket(AF_INET, SOCK_STREAM, 0)"));
		assert_true(daemon_rig_logs(&rig.daemon,
		    "to allow: SystemCallFilter=socket"));
	}
	assert_true(server_rig_monitor_ends(&rig));
}

/* Neither the one exec nor the report socket of a start is left over. */
static void
a_denied_call_answers_an_error_where_the_policy_says_so(void **state)
{
	static const int calls[] = { SYS_socket, SYS_execve, SYS_execveat,
		SYS_sendmsg, SYS_process_vm_readv, SYS_setns, TEST_CALL_FORK };

	(void)state;
	start("", "OnViolation=errno");
	for (size_t i = 0; i < PSD_ELEMENTS(calls); i++)
		/* The first says AF_UNIX to socket(). */
		assert_string_equal(daemon_rig_say(rig.fd, "call %d 1 1 0",
					calls[i]),
		    "-1 EPERM");
	assert_string_equal(daemon_rig_say(rig.fd, "ping 1"), "0");
}

static void
its_own_clients_come_by_its_monitor(void **state)
{
	int client;

	(void)state;
	start("ListenStream=%s/run/server.sock", "AllowAccept=yes");
	client = daemon_rig_connect(&rig.daemon, "server");
	assert_string_equal(daemon_rig_say(rig.fd, "accept"), "ok");
	assert_string_equal(daemon_rig_say(client, "ping 1"), "0");
	(void)close(client);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, prepare, clean)
		TEST(the_server_has_no_rights_left),
		TEST(it_keeps_the_named_descriptors_and_nothing_else),
		TEST(requests_are_answered_as_by_the_daemon),
		TEST(landlock_holds_where_the_filter_lets_pass),
		TEST(a_denied_call_is_named_and_ends_the_server),
		TEST(a_denied_call_answers_an_error_where_the_policy_says_so),
		TEST(its_own_clients_come_by_its_monitor),
#undef TEST
	};

	if (geteuid() != 0) {
		print_message("SKIP: needs root\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
