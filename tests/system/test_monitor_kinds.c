/* SPDX-License-Identifier: ISC */
/* Servers of all kinds become helpers of their own monitors. */
#include "common/mem.h"
#include "tests/system/monitor_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/socket.h>

enum { ID_SIZE = 64 };

static const char nothing[] = "0000000000000000";

/* A listener, a datagram socket and an epoll instance. */
static void
open_some(void)
{
	const int listener = socket(AF_UNIX, SOCK_STREAM, 0);
	const struct sockaddr address = { .sa_family = AF_UNIX };

	if (listener < 0 || bind(listener, &address, sizeof(sa_family_t)) < 0 ||
	    listen(listener, 1) < 0 || socket(AF_INET, SOCK_DGRAM, 0) < 0 ||
	    epoll_create1(0) < 0)
		_exit(96);
}

static void
descriptors_are_named_by_their_kind(void **state)
{
	static const struct {
		const char *line;
		bool is_enough;
	} cases[] = {
		{ "KeepFDs=listeners", false },
		{ "KeepFDs=listeners events", false },
		{ "KeepFDs=sockets", false },
		{ "KeepFDs=sockets events", true },
		{ "KeepFDs=listeners events 4", true },
	};
	const struct server_oddity oddity = { .prepare = open_some };

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++) {
		server_rig_policy(&rig, cases[i].line, "");
		server_rig_start(&rig, &oddity);
		if (!cases[i].is_enough)
			assert_true(server_rig_is_untouched(&rig));
		assert_string_equal(rig.answer,
		    cases[i].is_enough ? "0" : "-1");
		server_rig_stop(&rig);
	}
}

static void
close_stdio(void)
{
	for (int fd = 0; fd <= STDERR_FILENO; fd++)
		(void)close(fd);
}

static void
a_server_without_stdio_has_it_afterwards(void **state)
{
	const struct server_oddity oddity = { .prepare = close_stdio };

	(void)state;
	server_rig_policy(&rig, "", "");
	server_rig_start(&rig, &oddity);
	assert_string_equal(rig.answer, "0");
	assert_string_equal(daemon_rig_say(rig.fd, "fds"), "0 1 2 3 5 6");
}

static void
two_servers_have_two_uids(void **state)
{
	struct server_rig other;
	char uid[ID_SIZE];

	(void)state;
	start("", "");
	server_rig_prepare(&other);
	server_rig_policy(&other, "", "");
	server_rig_start(&other, NULL);
	(void)snprintf(uid, sizeof(uid), "%s", server_rig_status(&rig, "Uid"));
	assert_string_not_equal(server_rig_status(&other, "Uid"), uid);
	server_rig_clean(&other);
}

static void
the_monitor_keeps_what_the_policy_calls_for(void **state)
{
	struct server_rig monitor;

	(void)state;
	start("", "");
	monitor.pid = server_rig_monitor(&rig);
	assert_true(monitor.pid > 0);
	/* CAP_KILL, CAP_SETGID, CAP_SETUID. */
	assert_string_equal(server_rig_status(&monitor, "CapPrm"),
	    "00000000000000e0");
	assert_string_equal(server_rig_status(&monitor, "CapBnd"), nothing);
	assert_int_not_equal(getsid(monitor.pid), getsid(0));
}

/* /bin/true, and nothing else, may be started, and is as confined. */
static void
a_server_starts_the_programs_that_its_policy_names(void **state)
{
	char refused[16];

	(void)state;
	(void)snprintf(refused, sizeof(refused), "%d", EACCES);
	start("",
	    "SystemCallFilter=@loader @processes\nAllowOpen=@runtime\n"
	    "AllowExec=/bin/true");
	if (daemon_rig_has_logged(&rig.daemon, "without: landlock"))
		skip();
	assert_string_equal(daemon_rig_say(rig.fd, "execute /bin/true"), "0");
	assert_string_equal(daemon_rig_say(rig.fd, "execute /bin/false"),
	    refused);
	assert_string_equal(daemon_rig_say(rig.fd, "execute /bin/sh"), refused);
	assert_string_equal(daemon_rig_say(rig.fd, "ping 1"), "0");
}

static void
ignore_children(void)
{
	if (signal(SIGCHLD, SIG_IGN) == SIG_ERR)
		_exit(96);
}

/* An ignored signal outlives exec, and would keep the monitor from waiting. */
static void
a_server_that_ignores_its_children_is_confined_no_less(void **state)
{
	const struct server_oddity oddity = { .prepare = ignore_children };

	(void)state;
	server_rig_policy(&rig, "", "");
	server_rig_start(&rig, &oddity);
	assert_string_equal(rig.answer, "0");
	assert_string_equal(server_rig_status(&rig, "Seccomp"), "2");
	assert_true(daemon_rig_logs(&rig.daemon, " filter"));
}

/* Of a server that inetd started, with variables of its caller's. */
static void
be_hostile(void)
{
	if (setenv("LD_PRELOAD", "/tmp/hostile.so", 1) < 0 ||
	    dup2(socket(AF_INET, SOCK_DGRAM, 0), STDERR_FILENO) < 0)
		_exit(96);
	(void)close(3);
}

static void
nothing_steers_the_monitor_or_hears_it(void **state)
{
	const struct server_oddity oddity = { .prepare = be_hostile };
	char path[64], text[128];
	ssize_t n;
	int fd;

	(void)state;
	server_rig_policy(&rig, "", "");
	server_rig_start(&rig, &oddity);
	assert_string_equal(rig.answer, "0");
	(void)snprintf(path, sizeof(path), "/proc/%d/environ",
	    server_rig_monitor(&rig));
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(read(fd, text, sizeof(text)), 0);
	(void)close(fd);
	(void)snprintf(path, sizeof(path), "/proc/%d/fd/2",
	    server_rig_monitor(&rig));
	n = readlink(path, text, sizeof(text) - 1);
	text[n < 0 ? 0 : n] = '\0';
	assert_string_equal(text, "/dev/null");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, prepare, clean)
		TEST(descriptors_are_named_by_their_kind),
		TEST(a_server_without_stdio_has_it_afterwards),
		TEST(two_servers_have_two_uids),
		TEST(the_monitor_keeps_what_the_policy_calls_for),
		TEST(a_server_starts_the_programs_that_its_policy_names),
		TEST(a_server_that_ignores_its_children_is_confined_no_less),
		TEST(nothing_steers_the_monitor_or_hears_it),
#undef TEST
	};

	if (geteuid() != 0) {
		print_message("SKIP: needs root\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
