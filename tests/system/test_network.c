/* SPDX-License-Identifier: ISC */
/* Sockets that a real helper, under its own filter and uid, is given. */
#include "tests/support/child.h"
#include "tests/support/net_rig.h"
#include "tests/system/rig_fixture.h"

#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>

static int
start(const char *policy_lines)
{
	daemon_rig_puppet(&rig, "one", "", policy_lines);
	daemon_rig_start(&rig);
	return daemon_rig_connect(&rig, "one");
}

static unsigned
port_of(int fd)
{
	char text[PSD_ENDPOINT_TEXT_MAX + 1];

	net_name(fd, text);
	return net_endpoint(text).port;
}

/* A number that the puppet answers. */
static int
number(const char *answer)
{
	return (int)strtol(answer, NULL, 10);
}

static void
a_helper_speaks_with_whom_it_was_granted(void **state)
{
	const int listener = net_listener("127.0.0.1:0", 8);
	const int datagrams = net_socket("127.0.0.1:0", SOCK_DGRAM);
	int fd, puppet, served;

	(void)state;
	puppet = start("AllowConnect=tcp,udp 127.0.0.1:*");
	fd =
	    number(daemon_rig_say(puppet, "connect tcp %u", port_of(listener)));
	assert_true(fd > 2);
	served = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	assert_true(served >= 0);
	assert_string_equal(daemon_rig_say(puppet, "send %d 0", fd), "5 ok");
	assert_int_equal(test_poll(served, POLLIN, TEST_DEADLINE), POLLIN);
	fd = number(
	    daemon_rig_say(puppet, "connect udp %u", port_of(datagrams)));
	assert_true(fd > 2);
	assert_string_equal(daemon_rig_say(puppet, "send %d 0", fd), "5 ok");
	assert_int_equal(test_poll(datagrams, POLLIN, TEST_DEADLINE), POLLIN);
	psd_fd_close(served);
	psd_fd_close(puppet);
	psd_fd_close(datagrams);
	psd_fd_close(listener);
}

/* With the filter that every helper has, and an answer in place of death. */
static void
it_cannot_turn_its_sockets_elsewhere(void **state)
{
	const int listener = net_listener("127.0.0.1:0", 8);
	const int one = net_socket("127.0.0.1:0", SOCK_DGRAM);
	const int other = net_socket("127.0.0.1:0", SOCK_DGRAM);
	int stream, fd, puppet;

	(void)state;
	puppet = start("OnViolation=errno\nAllowConnect=tcp,udp 127.0.0.1:*");
	stream =
	    number(daemon_rig_say(puppet, "connect tcp %u", port_of(listener)));
	fd = number(daemon_rig_say(puppet, "connect udp %u", port_of(one)));
	assert_true(stream > 2 && fd > 2);
	assert_string_equal(daemon_rig_say(puppet, "send %d %u", fd,
				port_of(other)),
	    "-1 EPERM");
	assert_string_equal(daemon_rig_say(puppet, "send %d %u", stream,
				port_of(other)),
	    "-1 EPERM");
	assert_string_equal(daemon_rig_say(puppet, "call %d %d 0 0",
				SYS_connect, fd),
	    "-1 EPERM");
	assert_string_equal(daemon_rig_say(puppet, "call %d %d 0 0", SYS_bind,
				fd),
	    "-1 EPERM");
	assert_string_equal(daemon_rig_say(puppet, "call %d %d 8 0", SYS_listen,
				stream),
	    "-1 EPERM");
	assert_int_equal(test_poll(other, POLLIN, TEST_GLIMPSE), 0);
	psd_fd_close(puppet);
	psd_fd_close(one);
	psd_fd_close(other);
	psd_fd_close(listener);
}

static void
one_that_sends_elsewhere_is_killed_and_the_log_says_why(void **state)
{
	const int one = net_socket("127.0.0.1:0", SOCK_DGRAM);
	const int other = net_socket("127.0.0.1:0", SOCK_DGRAM);
	int fd, puppet;

	(void)state;
	puppet = start("AllowConnect=udp 127.0.0.1:*");
	fd = number(daemon_rig_say(puppet, "connect udp %u", port_of(one)));
	assert_string_equal(daemon_rig_say(puppet, "send %d %u", fd,
				port_of(other)),
	    "");
	assert_true(daemon_rig_logs(&rig, "refused sendto("));
	assert_int_equal(test_poll(other, POLLIN, TEST_GLIMPSE), 0);
	psd_fd_close(puppet);
	psd_fd_close(one);
	psd_fd_close(other);
}

static struct sockaddr_un
address_of(const char *name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	(void)snprintf(address.sun_path, sizeof(address.sun_path),
	    "%s/files/%s", rig.dir, name);
	return address;
}

static struct ucred
peer_of(int fd)
{
	struct ucred who = { .pid = 0 };
	socklen_t len = sizeof(who);

	assert_int_equal(getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &len),
	    0);
	return who;
}

/* Root's daemon acts for it, and nobody is told so. */
static void
local_sockets_are_the_helpers_own(void **state)
{
	struct sockaddr_un address = address_of("server");
	const int server = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	const int client = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int puppet, served;
	struct ucred who;

	(void)state;
	if (geteuid() != 0) {
		print_message("SKIP: no root, no other uid\n");
		skip();
	}
	assert_int_equal(bind(server, (struct sockaddr *)&address,
			     sizeof(address)),
	    0);
	assert_int_equal(listen(server, 8), 0);
	assert_int_equal(chmod(address.sun_path, 0600), 0);
	puppet = start("AllowConnectUnix=%s/files/server\n"
		       "AllowListenUnix=%s/files/listener");
	assert_true(number(daemon_rig_say(puppet, "connect-unix %s",
			address.sun_path)) > 2);
	served = accept4(server, NULL, NULL, SOCK_CLOEXEC);
	assert_true(served >= 0);
	who = peer_of(served);
	assert_int_not_equal(who.uid, 0);
	assert_int_not_equal(who.gid, 0);
	assert_int_not_equal(who.pid, rig.pid);
	address = address_of("listener");
	assert_true(number(daemon_rig_say(puppet, "listen-unix %s",
			address.sun_path)) > 2);
	assert_int_equal(connect(client, (struct sockaddr *)&address,
			     sizeof(address)),
	    0);
	assert_int_equal(peer_of(client).uid, who.uid);
	assert_int_not_equal(peer_of(client).pid, rig.pid);
	psd_fd_close(served);
	psd_fd_close(puppet);
	psd_fd_close(client);
	psd_fd_close(server);
}

static void
a_refusal_says_which_line_would_allow_it(void **state)
{
	int puppet;

	(void)state;
	puppet = start("AllowConnect=tcp *:*");
	assert_string_equal(daemon_rig_say(puppet, "connect udp 53"), "-1");
	assert_true(daemon_rig_logs(&rig, "AllowConnect=udp 127.0.0.1:53"));
	assert_string_equal(daemon_rig_say(puppet, "connect-unix /run/x"),
	    "-1");
	assert_true(daemon_rig_logs(&rig, "AllowConnectUnix=/run/x"));
	psd_fd_close(puppet);
}

/* Each operation, without a line and with the one that is then proposed. */
static void
explain_proposes_the_line_that_it_then_takes(void **state)
{
	static const struct {
		const char *words[3];
		const char *line;
	} cases[] = {
		{ { "listen", "tcp", "127.0.0.1:80" },
		    "AllowListen=tcp 127.0.0.1:80" },
		{ { "connect", "udp", "192.0.2.1:53" },
		    "AllowConnect=udp 192.0.2.1:53" },
		{ { "bind", "udp", "[::1]:5353" }, "AllowBind=udp [::1]:5353" },
		{ { "packet_socket", "eth0:0x88cc", NULL },
		    "AllowPacketSocket=eth0:0x88cc" },
		{ { "send_frame", "eth0:0x88cc", NULL },
		    "AllowSendFrame=eth0:0x88cc" },
		{ { "icmp_socket", "192.0.2.1:0", NULL },
		    "AllowIcmpSocket=192.0.2.1:0" },
		{ { "join_multicast", "eth0", "224.0.0.251:5353" },
		    "AllowJoinMulticast=eth0 224.0.0.251:5353" },
		{ { "list_interfaces", "all", NULL },
		    "AllowListInterfaces=all" },
		{ { "connect_unix", "/run/x.sock", NULL },
		    "AllowConnectUnix=/run/x.sock" },
		{ { "listen_unix", "/run/x.sock", NULL },
		    "AllowListenUnix=/run/x.sock" },
		{ { "bind_unix", "/run/x.sock", NULL },
		    "AllowBindUnix=/run/x.sock" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *const *words = cases[i].words;
		char path[PATH_MAX];
		const char *text;

		(void)snprintf(path, sizeof(path), "%s/policies/one.policy",
		    rig.dir);
		daemon_rig_puppet(&rig, "one", "", "");
		assert_int_equal(daemon_rig_ctl(&rig, &text, "explain", path,
				     words[0], words[1], words[2], NULL),
		    3);
		if (strstr(text, cases[i].line) == NULL)
			fail_msg("%s: %s", words[0], text);
		daemon_rig_puppet(&rig, "one", "", cases[i].line);
		if (daemon_rig_ctl(&rig, &text, "explain", path, words[0],
			words[1], words[2], NULL) != 0)
			fail_msg("%s: %s", words[0], text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define EACH(test) cmocka_unit_test_setup_teardown(test, prepare, clean)
		EACH(a_helper_speaks_with_whom_it_was_granted),
		EACH(it_cannot_turn_its_sockets_elsewhere),
		EACH(one_that_sends_elsewhere_is_killed_and_the_log_says_why),
		EACH(local_sockets_are_the_helpers_own),
		EACH(a_refusal_says_which_line_would_allow_it),
		EACH(explain_proposes_the_line_that_it_then_takes),
#undef EACH
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
