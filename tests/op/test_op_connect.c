/* SPDX-License-Identifier: ISC */
#include "tests/support/net_rig.h"

#include "common/mem.h"
#include "tests/support/child.h"
#include "tests/support/deny.h"
#include "tests/support/expect.h"
#include "tests/support/fds.h"

#include <sys/syscall.h>

static const char loopback_lines[] =
    "AllowConnect=tcp,udp 127.0.0.0/8:*\nAllowConnect=tcp,udp [::1]:*";

static int
ask(struct op_rig *rig, uint32_t protocol, const char *endpoint)
{
	struct psd_connect_req req = {
		.protocol = protocol,
		.endpoint = net_endpoint(endpoint),
	};
	struct psd_connect_rep rep;
	const int r = op_rig_ask(rig, PSD_OP_connect, &req, &rep);

	return r < 0 ? r : rep.connection;
}

static int
ask_for(struct op_rig *rig, uint32_t protocol, int fd)
{
	char text[PSD_ENDPOINT_TEXT_MAX + 1];

	net_name(fd, text);
	return ask(rig, protocol, text);
}

static void
check_stream(struct op_rig *rig, const char *endpoint)
{
	const int listener = net_listener(endpoint, 8);
	const int fd = ask_for(rig, PSD_PROTOCOL_TCP, listener);
	int served;

	assert_true(fd >= 0);
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	assert_int_equal(fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
	served = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	assert_true(served >= 0);
	net_exchange(fd, served);
	psd_fd_close(served);
	psd_fd_close(fd);
	psd_fd_close(listener);
}

static void
a_stream_to_a_granted_address_carries_data(void **state)
{
	struct op_rig rig;
	size_t before;

	(void)state;
	op_rig_start(&rig, NULL, loopback_lines);
	/* The loop's timer stays once there was a deadline. */
	check_stream(&rig, "127.0.0.1:0");
	before = test_fds_count();
	check_stream(&rig, "127.1.2.3:0");
	if (net_has_inet6())
		check_stream(&rig, "[::1]:0");
	assert_int_equal(test_fds_count(), before);
	op_rig_stop(&rig);
}

static void
check_datagrams(struct op_rig *rig, const char *endpoint)
{
	const int other = net_socket(endpoint, SOCK_DGRAM);
	const int fd = ask_for(rig, PSD_PROTOCOL_UDP, other);

	assert_true(fd >= 0);
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	assert_int_equal(fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
	net_connect(other, fd);
	net_exchange(fd, other);
	psd_fd_close(fd);
	psd_fd_close(other);
}

static void
datagrams_to_a_granted_address_go_both_ways(void **state)
{
	struct op_rig rig;

	(void)state;
	op_rig_start(&rig, NULL, loopback_lines);
	check_datagrams(&rig, "127.0.0.1:0");
	if (net_has_inet6())
		check_datagrams(&rig, "[::1]:0");
	op_rig_stop(&rig);
}

static void
what_ipv6_has_for_ipv4_is_connected_as_ipv4(void **state)
{
	const int other = net_socket("127.0.0.1:0", SOCK_DGRAM);
	struct sockaddr_storage name;
	char text[PSD_ENDPOINT_TEXT_MAX + 1], mapped[2 * sizeof(text)];
	socklen_t len = sizeof(name);
	struct op_rig rig;
	int fd;

	(void)state;
	op_rig_start(&rig, NULL, loopback_lines);
	net_name(other, text);
	(void)snprintf(mapped, sizeof(mapped), "[::ffff:127.0.0.1]%s",
	    strchr(text, ':'));
	fd = ask(&rig, PSD_PROTOCOL_UDP, mapped);
	assert_true(fd >= 0);
	assert_int_equal(getpeername(fd, (struct sockaddr *)&name, &len), 0);
	assert_int_equal(name.ss_family, AF_INET);
	psd_fd_close(fd);
	psd_fd_close(other);
	op_rig_stop(&rig);
}

static void
what_no_line_covers_is_refused(void **state)
{
	static const char *const endpoints[] = { "127.0.0.1:80", "[::1]:443",
		"127.0.0.1:442", "127.0.0.2:443", "[::ffff:127.0.0.2]:443",
		"0.0.0.0:443", "[::]:443", "169.254.169.254:443",
		"[fe80::1%1]:443", "192.0.2.1:443", "224.0.0.1:443",
		"255.255.255.255:443" };
	struct op_rig rig;

	(void)state;
	op_rig_start(&rig, NULL,
	    "AllowConnect=tcp *:443\nAllowConnect=tcp 127.0.0.1:443\n"
	    "DenyConnect=tcp,udp 192.0.2.0/24:*");
	for (size_t i = 0; i < PSD_ELEMENTS(endpoints); i++)
		if (ask(&rig, PSD_PROTOCOL_TCP, endpoints[i]) != -EPERM)
			fail_msg("%s", endpoints[i]);
	assert_int_equal(ask(&rig, PSD_PROTOCOL_UDP, "127.0.0.1:443"), -EPERM);
	assert_int_equal(ask(&rig, PSD_PROTOCOL_UNIX, "127.0.0.1:443"), -EPERM);
	op_rig_stop(&rig);
}

/* What the kernel takes for the host itself was not checked as such. */
static void
nowhere_is_not_connected_to(void **state)
{
	struct op_rig rig;

	(void)state;
	op_rig_start(&rig, NULL,
	    "AllowConnect=tcp,udp 0.0.0.0/32:*\nAllowConnect=tcp,udp [::]:*\n"
	    "AllowConnect=tcp,udp 127.0.0.1:*");
	for (uint32_t protocol = PSD_PROTOCOL_TCP; protocol <= PSD_PROTOCOL_UDP;
	     protocol++) {
		assert_int_equal(ask(&rig, protocol, "0.0.0.0:9"),
		    -EADDRNOTAVAIL);
		assert_int_equal(ask(&rig, protocol, "[::]:9"), -EADDRNOTAVAIL);
		assert_int_equal(ask(&rig, protocol, "[::ffff:0.0.0.0]:9"),
		    -EADDRNOTAVAIL);
		assert_int_equal(ask(&rig, protocol, "127.0.0.1:0"),
		    -EADDRNOTAVAIL);
	}
	op_rig_stop(&rig);
}

static void
the_failing_system_call_is_told_by_its_errno(void **state)
{
	struct op_rig rig;
	const int other = net_socket("127.0.0.1:0", SOCK_STREAM);

	(void)state;
	op_rig_start(&rig, NULL,
	    "AllowConnect=tcp,udp 127.0.0.1:*\n"
	    "AllowConnect=udp 255.255.255.255:*");
	/* Bound, but nobody listens. */
	assert_int_equal(ask_for(&rig, PSD_PROTOCOL_TCP, other), -ECONNREFUSED);
	assert_int_equal(ask(&rig, PSD_PROTOCOL_UDP, "255.255.255.255:9"),
	    -EACCES);
	psd_fd_close(other);
	op_rig_stop(&rig);
}

/* Without the lock there must be no socket. */
static int
with_a_failing_lock(void *argument)
{
	const int other = net_socket("127.0.0.1:0", SOCK_DGRAM);
	struct op_rig rig;

	(void)argument;
	op_rig_start(&rig, NULL, loopback_lines);
	TEST_EXPECT(test_deny_argument(SYS_setsockopt, 2, SO_LOCK_FILTER,
			ENOPROTOOPT) == 0);
	TEST_EXPECT(ask_for(&rig, PSD_PROTOCOL_UDP, other) == -ENOPROTOOPT);
	op_rig_stop(&rig);
	psd_fd_close(other);
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

static void
a_malformed_connect_ends_the_conversation(void **state)
{
	struct psd_connect_req req = {
		.protocol = PSD_PROTOCOL_TCP,
		.endpoint = net_endpoint("127.0.0.1:9"),
	};

	(void)state;
	op_rig_check_malformed(loopback_lines, PSD_OP_connect, &req);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_stream_to_a_granted_address_carries_data),
		cmocka_unit_test(datagrams_to_a_granted_address_go_both_ways),
		cmocka_unit_test(what_ipv6_has_for_ipv4_is_connected_as_ipv4),
		cmocka_unit_test(what_no_line_covers_is_refused),
		cmocka_unit_test(nowhere_is_not_connected_to),
		cmocka_unit_test(the_failing_system_call_is_told_by_its_errno),
		cmocka_unit_test(
		    a_socket_that_cannot_be_pinned_is_not_handed_out),
		cmocka_unit_test(a_malformed_connect_ends_the_conversation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
