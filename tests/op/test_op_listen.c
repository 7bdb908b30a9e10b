/* SPDX-License-Identifier: ISC */
#include "common/endpoint.h"
#include "common/fd.h"
#include "common/mem.h"
#include "tests/support/child.h"
#include "tests/support/deny.h"
#include "tests/support/expect.h"
#include "tests/support/fds.h"
#include "tests/support/op_rig.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

static const char loopback_lines[] =
    "AllowListen=tcp 127.0.0.0/8:*\nAllowListen=tcp [::1]:*";

static int
ask(struct op_rig *rig, uint32_t protocol, const char *endpoint)
{
	struct psd_listen_req req = { .protocol = protocol };
	struct psd_listen_rep rep;
	int r;

	assert_int_equal(psd_endpoint_parse(endpoint, &req.endpoint), 0);
	r = op_rig_ask(rig, PSD_OP_listen, &req, &rep);
	return r < 0 ? r : rep.listener;
}

static socklen_t
name_of(int fd, struct sockaddr_storage *ret)
{
	socklen_t len = sizeof(*ret);

	assert_int_equal(getsockname(fd, (struct sockaddr *)ret, &len), 0);
	return len;
}

/* A client of the listener; fails when it does not get there. */
static int
connect_to(int listener)
{
	struct sockaddr_storage name;
	const socklen_t len = name_of(listener, &name);
	const int fd = socket(name.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&name, len), 0);
	return fd;
}

static bool
has_inet6(void)
{
	return access("/proc/net/if_inet6", F_OK) == 0;
}

static void
check_serves(struct op_rig *rig, const char *endpoint)
{
	const int listener = ask(rig, PSD_PROTOCOL_TCP, endpoint);
	char text[8] = "";
	int client, served;

	assert_true(listener >= 0);
	assert_int_equal(fcntl(listener, F_GETFD), FD_CLOEXEC);
	assert_int_equal(fcntl(listener, F_GETFL) & O_NONBLOCK, 0);
	client = connect_to(listener);
	served = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	assert_true(served >= 0);
	assert_int_equal(write(client, "hello", 5), 5);
	assert_int_equal(read(served, text, sizeof(text)), 5);
	assert_string_equal(text, "hello");
	assert_int_equal(write(served, "hi", 2), 2);
	assert_int_equal(read(client, text, sizeof(text)), 2);
	psd_fd_close(served);
	psd_fd_close(client);
	psd_fd_close(listener);
}

static void
clients_of_a_granted_address_are_served(void **state)
{
	struct op_rig rig;
	size_t before;

	(void)state;
	op_rig_start(&rig, NULL, loopback_lines);
	before = test_fds_count();
	check_serves(&rig, "127.0.0.1:0");
	check_serves(&rig, "127.1.2.3:0");
	check_serves(&rig, "[::ffff:127.0.0.1]:0");
	if (has_inet6())
		check_serves(&rig, "[::1]:0");
	assert_int_equal(test_fds_count(), before);
	op_rig_stop(&rig);
}

/* [::] must not take what was judged as another address: that of IPv4. */
static void
an_address_of_ipv6_is_for_ipv6_alone(void **state)
{
	struct op_rig rig;
	socklen_t len = sizeof(int);
	int fd, value = 0;

	(void)state;
	if (!has_inet6()) {
		print_message("SKIP: no IPv6 here\n");
		skip();
	}
	op_rig_start(&rig, NULL, "AllowListen=tcp [::]:0");
	fd = ask(&rig, PSD_PROTOCOL_TCP, "[::]:0");
	assert_true(fd >= 0);
	assert_int_equal(getsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &value,
			     &len),
	    0);
	assert_int_equal(value, 1);
	psd_fd_close(fd);
	op_rig_stop(&rig);
}

static void
what_no_line_covers_is_refused(void **state)
{
	static const char *const endpoints[] = { "0.0.0.0:0", "0.0.0.0:8080",
		"127.0.0.1:0", "127.0.0.1:22", "127.0.0.1:8079",
		"127.0.0.1:8090", "127.0.0.2:8080", "[::1]:8080", "[::]:8080",
		"[::ffff:127.0.0.2]:8080", "192.0.2.1:8080", "224.0.0.1:8080" };
	struct op_rig rig;

	(void)state;
	op_rig_start(&rig, NULL,
	    "AllowListen=tcp *:8080\n"
	    "AllowListen=tcp 127.0.0.1:8080-8089\nDenyListen=tcp *:8085\n"
	    "DenyListen=tcp 192.0.2.0/24:*");
	for (size_t i = 0; i < PSD_ELEMENTS(endpoints); i++)
		if (ask(&rig, PSD_PROTOCOL_TCP, endpoints[i]) != -EPERM)
			fail_msg("%s", endpoints[i]);
	assert_int_equal(ask(&rig, PSD_PROTOCOL_TCP, "127.0.0.1:8085"), -EPERM);
	assert_int_equal(ask(&rig, PSD_PROTOCOL_UDP, "127.0.0.1:8080"), -EPERM);
	assert_int_equal(ask(&rig, PSD_PROTOCOL_UNIX, "127.0.0.1:8080"),
	    -EPERM);
	op_rig_stop(&rig);
}

/* Turns a listener round, and tells whether it reaches another one. */
static bool
reaches(int fd, int other)
{
	struct sockaddr_storage name;
	const socklen_t len = name_of(other, &name);

	assert_int_equal(shutdown(fd, SHUT_RD), 0);
	assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
	(void)sendto(fd, "hi", 2, MSG_FASTOPEN | MSG_NOSIGNAL,
	    (struct sockaddr *)&name, len);
	return test_poll(other, POLLIN, TEST_GLIMPSE) != 0;
}

/* The way that is closed below, to show that it is one. */
static void
a_listener_of_no_care_can_be_made_to_connect(void **state)
{
	const struct sockaddr_in any = {
		.sin_family = AF_INET,
		.sin_addr = { htonl(INADDR_LOOPBACK) },
	};
	int fds[2];

	(void)state;
	for (int i = 0; i < 2; i++) {
		fds[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		assert_int_equal(bind(fds[i], (const struct sockaddr *)&any,
				     sizeof(any)),
		    0);
		assert_int_equal(listen(fds[i], 8), 0);
	}
	if (!reaches(fds[0], fds[1]))
		print_message("SKIP: net.ipv4.tcp_fastopen has no clients\n");
	psd_fd_close(fds[0]);
	psd_fd_close(fds[1]);
}

/*
 * A listener that is shut down can be made to connect by its first message;
 * what the answer would be is dropped, so that nobody accepts it.
 */
static void
a_listener_cannot_be_made_to_connect(void **state)
{
	const int off = 0;
	struct op_rig rig;
	int fd, other;

	(void)state;
	op_rig_start(&rig, NULL, loopback_lines);
	fd = ask(&rig, PSD_PROTOCOL_TCP, "127.0.0.1:0");
	other = ask(&rig, PSD_PROTOCOL_TCP, "127.0.0.1:0");
	assert_true(fd >= 0 && other >= 0);
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_DETACH_FILTER, &off,
			     sizeof(off)),
	    -1);
	assert_int_equal(errno, EPERM);
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_LOCK_FILTER, &off,
			     sizeof(off)),
	    -1);
	assert_false(reaches(fd, other));
	assert_true(write(fd, "hi", 2) < 0);
	assert_int_equal(listen(fd, 1), -1);
	psd_fd_close(fd);
	psd_fd_close(other);
	op_rig_stop(&rig);
}

static void
the_failing_system_call_is_told_by_its_errno(void **state)
{
	struct sockaddr_storage name;
	struct psd_endpoint taken;
	struct op_rig rig;
	char text[PSD_ENDPOINT_TEXT_MAX + 1];
	int fd;

	(void)state;
	op_rig_start(&rig, NULL,
	    "AllowListen=tcp 127.0.0.1:*\nAllowListen=tcp 192.0.2.1:*");
	fd = ask(&rig, PSD_PROTOCOL_TCP, "127.0.0.1:0");
	assert_true(fd >= 0);
	assert_int_equal(psd_endpoint_from_sockaddr((struct sockaddr *)&name,
			     name_of(fd, &name), &taken),
	    0);
	psd_endpoint_print(text, sizeof(text), &taken);
	assert_int_equal(ask(&rig, PSD_PROTOCOL_TCP, text), -EADDRINUSE);
	assert_int_equal(ask(&rig, PSD_PROTOCOL_TCP, "192.0.2.1:0"),
	    -EADDRNOTAVAIL);
	psd_fd_close(fd);
	op_rig_stop(&rig);
}

/* Without the lock there must be no listener. */
static int
with_a_failing_lock(void *argument)
{
	struct op_rig rig;

	(void)argument;
	op_rig_start(&rig, NULL, loopback_lines);
	TEST_EXPECT(test_deny_argument(SYS_setsockopt, 2, SO_LOCK_FILTER,
			ENOPROTOOPT) == 0);
	TEST_EXPECT(ask(&rig, PSD_PROTOCOL_TCP, "127.0.0.1:0") == -ENOPROTOOPT);
	op_rig_stop(&rig);
	return 0;
}

static void
a_listener_that_cannot_be_locked_is_not_handed_out(void **state)
{
	(void)state;
	assert_int_equal(test_child_exit_status(
			     test_child_start(with_a_failing_lock, NULL)),
	    0);
}

static void
a_malformed_listen_ends_the_conversation(void **state)
{
	struct psd_listen_req req = { .protocol = PSD_PROTOCOL_TCP };

	(void)state;
	assert_int_equal(psd_endpoint_parse("127.0.0.1:0", &req.endpoint), 0);
	op_rig_check_malformed(loopback_lines, PSD_OP_listen, &req);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clients_of_a_granted_address_are_served),
		cmocka_unit_test(an_address_of_ipv6_is_for_ipv6_alone),
		cmocka_unit_test(what_no_line_covers_is_refused),
		cmocka_unit_test(a_listener_of_no_care_can_be_made_to_connect),
		cmocka_unit_test(a_listener_cannot_be_made_to_connect),
		cmocka_unit_test(the_failing_system_call_is_told_by_its_errno),
		cmocka_unit_test(
		    a_listener_that_cannot_be_locked_is_not_handed_out),
		cmocka_unit_test(a_malformed_listen_ends_the_conversation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
