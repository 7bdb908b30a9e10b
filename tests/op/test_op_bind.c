/* SPDX-License-Identifier: ISC */
#include "tests/support/net_rig.h"

#include "common/mem.h"
#include "tests/support/child.h"
#include "tests/support/deny.h"
#include "tests/support/expect.h"
#include "tests/support/fds.h"

#include <netinet/in.h>
#include <sys/syscall.h>

static const char loopback_lines[] =
    "AllowBind=udp 127.0.0.0/8:*\nAllowBind=udp [::1]:*";

static int
ask(struct op_rig *rig, uint32_t protocol, const char *endpoint)
{
	struct psd_bind_req req = {
		.protocol = protocol,
		.endpoint = net_endpoint(endpoint),
	};
	struct psd_bind_rep rep;
	const int r = op_rig_ask(rig, PSD_OP_bind, &req, &rep);

	return r < 0 ? r : rep.socket;
}

static void
check_hears(struct op_rig *rig, const char *endpoint)
{
	const int fd = ask(rig, PSD_PROTOCOL_UDP, endpoint);
	struct sockaddr_storage from;
	socklen_t len = sizeof(from);
	char text[8] = "";
	int client;

	assert_true(fd >= 0);
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	assert_int_equal(fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
	client = net_socket(endpoint, SOCK_DGRAM);
	net_connect(client, fd);
	assert_int_equal(send(client, "hello", 5, 0), 5);
	assert_int_equal(test_poll(fd, POLLIN, TEST_DEADLINE), POLLIN);
	assert_int_equal(recvfrom(fd, text, sizeof(text), 0,
			     (struct sockaddr *)&from, &len),
	    5);
	assert_int_equal(sendto(fd, "hi", 2, 0, (struct sockaddr *)&from, len),
	    2);
	assert_int_equal(test_poll(client, POLLIN, TEST_DEADLINE), POLLIN);
	assert_int_equal(recv(client, text, sizeof(text), 0), 2);
	psd_fd_close(client);
	psd_fd_close(fd);
}

static void
who_sends_to_a_granted_address_is_heard(void **state)
{
	struct op_rig rig;
	size_t before;

	(void)state;
	op_rig_start(&rig, NULL, loopback_lines);
	before = test_fds_count();
	check_hears(&rig, "127.0.0.1:0");
	check_hears(&rig, "127.1.2.3:0");
	if (net_has_inet6())
		check_hears(&rig, "[::1]:0");
	assert_int_equal(test_fds_count(), before);
	op_rig_stop(&rig);
}

/* At all addresses the filter knows the port alone. */
static void
all_addresses_are_heard_at_when_they_are_named(void **state)
{
	char text[PSD_ENDPOINT_TEXT_MAX + 1], loopback[sizeof(text)];
	struct psd_endpoint endpoint;
	struct op_rig rig;
	int fd, client;

	(void)state;
	op_rig_start(&rig, NULL, "AllowBind=udp 0.0.0.0:0");
	fd = ask(&rig, PSD_PROTOCOL_UDP, "0.0.0.0:0");
	assert_true(fd >= 0);
	net_name(fd, text);
	endpoint = net_endpoint("127.0.0.2:0");
	endpoint.port = net_endpoint(text).port;
	psd_endpoint_print(loopback, sizeof(loopback), &endpoint);
	client = net_socket("127.0.0.1:0", SOCK_DGRAM);
	assert_int_equal(net_connect_to(client, loopback), 0);
	assert_int_equal(send(client, "hello", 5, 0), 5);
	assert_int_equal(test_poll(fd, POLLIN, TEST_DEADLINE), POLLIN);
	psd_fd_close(client);
	psd_fd_close(fd);
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
	if (!net_has_inet6()) {
		print_message("SKIP: no IPv6 here\n");
		skip();
	}
	op_rig_start(&rig, NULL, "AllowBind=udp [::]:0");
	fd = ask(&rig, PSD_PROTOCOL_UDP, "[::]:0");
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
		"127.0.0.1:0", "127.0.0.1:53", "127.0.0.1:8079",
		"127.0.0.1:8090", "127.0.0.2:8080", "[::1]:8080", "[::]:8080",
		"[::ffff:127.0.0.2]:8080", "192.0.2.1:8080", "224.0.0.1:8080",
		"127.0.0.1:8085" };
	struct op_rig rig;

	(void)state;
	op_rig_start(&rig, NULL,
	    "AllowBind=udp *:8080\n"
	    "AllowBind=udp 127.0.0.1:8080-8089\nDenyBind=udp *:8085\n"
	    "DenyBind=udp 192.0.2.0/24:*");
	for (size_t i = 0; i < PSD_ELEMENTS(endpoints); i++)
		if (ask(&rig, PSD_PROTOCOL_UDP, endpoints[i]) != -EPERM)
			fail_msg("%s", endpoints[i]);
	assert_int_equal(ask(&rig, PSD_PROTOCOL_TCP, "127.0.0.1:8080"), -EPERM);
	assert_int_equal(ask(&rig, PSD_PROTOCOL_UNIX, "127.0.0.1:8080"),
	    -EPERM);
	op_rig_stop(&rig);
}

static void
the_failing_system_call_is_told_by_its_errno(void **state)
{
	const int other = net_socket("127.0.0.1:0", SOCK_DGRAM);
	char text[PSD_ENDPOINT_TEXT_MAX + 1];
	const int on = 1;
	struct op_rig rig;

	(void)state;
	op_rig_start(&rig, NULL,
	    "AllowBind=udp 127.0.0.1:*\nAllowBind=udp 192.0.2.1:*");
	/* Not even who offers to share a port shares it with a helper. */
	assert_int_equal(setsockopt(other, SOL_SOCKET, SO_REUSEADDR, &on,
			     sizeof(on)),
	    0);
	net_name(other, text);
	assert_int_equal(ask(&rig, PSD_PROTOCOL_UDP, text), -EADDRINUSE);
	assert_int_equal(ask(&rig, PSD_PROTOCOL_UDP, "192.0.2.1:0"),
	    -EADDRNOTAVAIL);
	psd_fd_close(other);
	op_rig_stop(&rig);
}

/* Without the lock there must be no socket. */
static int
with_a_failing_lock(void *argument)
{
	struct op_rig rig;

	(void)argument;
	op_rig_start(&rig, NULL, loopback_lines);
	TEST_EXPECT(test_deny_argument(SYS_setsockopt, 2, SO_LOCK_FILTER,
			ENOPROTOOPT) == 0);
	TEST_EXPECT(ask(&rig, PSD_PROTOCOL_UDP, "127.0.0.1:0") == -ENOPROTOOPT);
	op_rig_stop(&rig);
	return 0;
}

static void
a_socket_that_cannot_be_pinned_is_not_handed_out(void **state)
{
	(void)state;
	assert_int_equal(test_child_exit_status(
			     test_child_start(with_a_failing_lock, NULL)),
	    0);
}

/*
 * A port that the kernel chose is given back when a socket lets go of a peer,
 * and then a helper without its filter can bind it to another place.
 */
static void
a_socket_that_is_bound_anew_hears_nothing(void **state)
{
	const struct sockaddr none = { .sa_family = AF_UNSPEC };
	const struct sockaddr_in any = { .sin_family = AF_INET };
	const int off = 0;
	struct op_rig rig;
	int fd, client;

	(void)state;
	op_rig_start(&rig, NULL, loopback_lines);
	fd = ask(&rig, PSD_PROTOCOL_UDP, "127.0.0.1:0");
	client = net_socket("127.0.0.1:0", SOCK_DGRAM);
	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (const struct sockaddr *)&any, sizeof(any)),
	    -1);
	net_connect(fd, client);
	assert_int_equal(connect(fd, &none, sizeof(none)), 0);
	assert_int_equal(bind(fd, (const struct sockaddr *)&any, sizeof(any)),
	    0);
	net_connect(client, fd);
	assert_int_equal(send(client, "hello", 5, 0), 5);
	assert_int_equal(test_poll(fd, POLLIN, TEST_GLIMPSE), 0);
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_DETACH_FILTER, &off,
			     sizeof(off)),
	    -1);
	assert_int_equal(errno, EPERM);
	psd_fd_close(client);
	psd_fd_close(fd);
	op_rig_stop(&rig);
}

static void
a_malformed_bind_ends_the_conversation(void **state)
{
	struct psd_bind_req req = {
		.protocol = PSD_PROTOCOL_UDP,
		.endpoint = net_endpoint("127.0.0.1:0"),
	};

	(void)state;
	op_rig_check_malformed(loopback_lines, PSD_OP_bind, &req);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_sends_to_a_granted_address_is_heard),
		cmocka_unit_test(
		    all_addresses_are_heard_at_when_they_are_named),
		cmocka_unit_test(an_address_of_ipv6_is_for_ipv6_alone),
		cmocka_unit_test(what_no_line_covers_is_refused),
		cmocka_unit_test(the_failing_system_call_is_told_by_its_errno),
		cmocka_unit_test(
		    a_socket_that_cannot_be_pinned_is_not_handed_out),
		cmocka_unit_test(a_socket_that_is_bound_anew_hears_nothing),
		cmocka_unit_test(a_malformed_bind_ends_the_conversation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
