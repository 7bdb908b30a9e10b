/* SPDX-License-Identifier: ISC */
/* What the library asks of the network, against a daemon without a policy. */
#include "tests/support/dir.h"
#include "tests/unit/privsep_fixture.h"

#include <limits.h>
#include <netinet/in.h>
#include <stdio.h>

static void
a_listener_is_handed_over(void **state)
{
	const struct talk *t = *state;
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_addr = { htonl(INADDR_LOOPBACK) },
	};
	socklen_t len = sizeof(address);
	int listener, client, served;

	listener = privsep_listen(t->conversation,
	    (const struct sockaddr *)&address, len);
	assert_true(listener >= 0);
	assert_int_equal(fcntl(listener, F_GETFD), FD_CLOEXEC);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&address,
			     &len),
	    0);
	client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(connect(client, (struct sockaddr *)&address, len), 0);
	served = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	assert_true(served >= 0);
	psd_fd_close(served);
	psd_fd_close(client);
	psd_fd_close(listener);
}

static void
a_bound_socket_is_handed_over(void **state)
{
	const struct talk *t = *state;
	const struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_addr = { htonl(INADDR_LOOPBACK) },
	};
	struct sockaddr_in name;
	socklen_t len = sizeof(name);
	const int fd = privsep_bind(t->conversation,
	    (const struct sockaddr *)&address, sizeof(address));

	assert_true(fd >= 0);
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&name, &len), 0);
	assert_int_equal(name.sin_addr.s_addr, address.sin_addr.s_addr);
	psd_fd_close(fd);
	assert_int_equal(privsep_bind(t->conversation,
			     (const struct sockaddr *)&address, 1),
	    -EINVAL);
}

static void
check_connected(const struct talk *t, int type)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_addr = { htonl(INADDR_LOOPBACK) },
	};
	const int other = socket(AF_INET, type | SOCK_CLOEXEC, 0);
	struct sockaddr_in peer;
	socklen_t len = sizeof(address);
	int fd;

	assert_int_equal(bind(other, (struct sockaddr *)&address, len), 0);
	if (type == SOCK_STREAM)
		assert_int_equal(listen(other, 8), 0);
	assert_int_equal(getsockname(other, (struct sockaddr *)&address, &len),
	    0);
	fd = privsep_connect_address(t->conversation, type,
	    (struct sockaddr *)&address, len);
	assert_true(fd >= 0);
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	assert_int_equal(getpeername(fd, (struct sockaddr *)&peer, &len), 0);
	assert_memory_equal(&peer, &address, sizeof(peer));
	psd_fd_close(fd);
	psd_fd_close(other);
}

static void
a_connected_socket_is_handed_over(void **state)
{
	const struct talk *t = *state;
	const struct sockaddr_in elsewhere = {
		.sin_family = AF_INET,
		.sin_port = 1,
	};

	check_connected(t, SOCK_STREAM);
	check_connected(t, SOCK_DGRAM);
	assert_int_equal(privsep_connect_address(t->conversation, SOCK_STREAM,
			     (const struct sockaddr *)&elsewhere,
			     sizeof(elsewhere)),
	    -EPERM);
	assert_int_equal(privsep_connect_address(t->conversation, SOCK_RAW,
			     (const struct sockaddr *)&elsewhere,
			     sizeof(elsewhere)),
	    -EPROTONOSUPPORT);
	assert_int_equal(privsep_connect_address(t->conversation, SOCK_DGRAM,
			     (const struct sockaddr *)&elsewhere,
			     sizeof(elsewhere) - 1),
	    -EINVAL);
}

static void
a_group_is_joined_on_an_interface(void **state)
{
	const struct talk *t = *state;
	const struct sockaddr_in group = {
		.sin_family = AF_INET,
		.sin_addr = { htonl(0xefff0001) }, /* 239.255.0.1 */
		.sin_port = htons(1900),
	};
	const int fd = privsep_join_multicast(t->conversation, "lo",
	    (const struct sockaddr *)&group, sizeof(group));

	assert_true(fd >= 0);
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	psd_fd_close(fd);
	assert_int_equal(privsep_join_multicast(t->conversation, "none",
			     (const struct sockaddr *)&group, sizeof(group)),
	    -ENODEV);
	assert_int_equal(privsep_join_multicast(t->conversation, "lo",
			     (const struct sockaddr *)&group, 1),
	    -EINVAL);
}

static void
frames_are_received_and_sent(void **state)
{
	static const unsigned char to[] = { 0x01, 0x80, 0xc2, 0, 0, 0x0e };
	const struct talk *t = *state;
	const int fd = privsep_packet_socket(t->conversation, "lo:0x88b5");

	assert_true(fd >= 0);
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	psd_fd_close(fd);
	assert_int_equal(privsep_packet_socket(t->conversation, "none:0x88b5"),
	    -ENODEV);
	assert_int_equal(privsep_send_frame(t->conversation, "lo:0x88b5", to,
			     "hello", 5),
	    0);
	assert_int_equal(privsep_send_frame(t->conversation, "lo:0x88b5", to,
			     "hello", SIZE_MAX),
	    -EMSGSIZE);
}

static void
a_socket_for_echoes_is_handed_over(void **state)
{
	const struct talk *t = *state;
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_addr = { htonl(INADDR_LOOPBACK) },
	};
	const int fd = privsep_icmp_socket(t->conversation,
	    (const struct sockaddr *)&address, sizeof(address));

	assert_true(fd >= 0);
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	psd_fd_close(fd);
	address.sin_addr.s_addr = 0;
	assert_int_equal(privsep_icmp_socket(t->conversation,
			     (const struct sockaddr *)&address,
			     sizeof(address)),
	    -EPERM);
	assert_int_equal(privsep_icmp_socket(t->conversation,
			     (const struct sockaddr *)&address, 1),
	    -EINVAL);
}

static int
count_entries(void *cookie, const struct privsep_interface *interface)
{
	int *n = cookie;

	assert_string_equal(interface->name, "lo");
	assert_int_equal(interface->index, 1);
	assert_int_equal(interface->flags, 0x49);
	if ((*n)++ == 0) {
		assert_int_equal(interface->family, AF_UNSPEC);
		assert_int_equal(interface->address_len, 6);
		return 0;
	}
	assert_int_equal(interface->family, AF_INET);
	assert_int_equal(interface->prefix, 8);
	assert_int_equal(interface->address_len, 4);
	assert_int_equal(interface->address[0], 127);
	return 0;
}

static void
interfaces_are_listed(void **state)
{
	const struct talk *t = *state;
	int n = 0;

	assert_int_equal(privsep_list_interfaces(t->conversation, "all",
			     count_entries, &n),
	    0);
	assert_int_equal(n, 2);
	assert_int_equal(privsep_list_interfaces(t->conversation, "eth0",
			     count_entries, &n),
	    -EPERM);
	assert_int_equal(n, 2);
}

static void
local_sockets_are_handed_over(void **state)
{
	const struct talk *t = *state;
	char *dir = test_dir_make();
	char one[PATH_MAX], other[PATH_MAX];
	int listener, connection, socket;

	assert_non_null(dir);
	(void)snprintf(one, sizeof(one), "%s/one", dir);
	(void)snprintf(other, sizeof(other), "%s/other", dir);
	assert_int_equal(privsep_connect_unix(t->conversation, one), -ENOENT);
	listener = privsep_listen_unix(t->conversation, one, 0600);
	connection = privsep_connect_unix(t->conversation, one);
	socket = privsep_bind_unix(t->conversation, other, 0600);
	assert_true(listener >= 0 && connection >= 0 && socket >= 0);
	assert_int_equal(fcntl(listener, F_GETFD), FD_CLOEXEC);
	assert_int_equal(fcntl(connection, F_GETFD), FD_CLOEXEC);
	assert_int_equal(fcntl(socket, F_GETFD), FD_CLOEXEC);
	assert_int_equal(privsep_listen_unix(t->conversation, one, 01600),
	    -EINVAL);
	psd_fd_close(socket);
	psd_fd_close(connection);
	psd_fd_close(listener);
	test_dir_remove(dir);
}

static void
addresses_that_are_none_are_not_asked(void **state)
{
	const struct talk *t = *state;
	const struct sockaddr_un local = { .sun_family = AF_UNIX };
	const struct sockaddr_in inet = { .sin_family = AF_INET };
	const struct sockaddr_in6 scoped = {
		.sin6_family = AF_INET6,
		.sin6_addr = IN6ADDR_LOOPBACK_INIT,
		.sin6_scope_id = 1,
	};

	assert_int_equal(privsep_listen(t->conversation,
			     (const struct sockaddr *)&local, sizeof(local)),
	    -EAFNOSUPPORT);
	assert_int_equal(privsep_listen(t->conversation,
			     (const struct sockaddr *)&inet, sizeof(inet) - 1),
	    -EINVAL);
	assert_int_equal(privsep_listen(t->conversation,
			     (const struct sockaddr *)&inet, 0),
	    -EINVAL);
	assert_int_equal(privsep_listen(t->conversation,
			     (const struct sockaddr *)&scoped, sizeof(scoped)),
	    -EINVAL);
	/* What could be asked is refused by the daemon. */
	assert_int_equal(privsep_listen(t->conversation,
			     (const struct sockaddr *)&inet, sizeof(inet)),
	    -EPERM);
	assert_int_equal(privsep_ping(t->conversation), 0);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		WITH_DAEMON(a_listener_is_handed_over),
		WITH_DAEMON(a_bound_socket_is_handed_over),
		WITH_DAEMON(a_connected_socket_is_handed_over),
		WITH_DAEMON(a_group_is_joined_on_an_interface),
		WITH_DAEMON(frames_are_received_and_sent),
		WITH_DAEMON(a_socket_for_echoes_is_handed_over),
		WITH_DAEMON(interfaces_are_listed),
		WITH_DAEMON(local_sockets_are_handed_over),
		WITH_DAEMON(addresses_that_are_none_are_not_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
