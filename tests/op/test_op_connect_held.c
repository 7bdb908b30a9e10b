/* SPDX-License-Identifier: ISC */
/* What a hostile helper without its filter makes of a connected socket. */
#include "tests/support/net_rig.h"

#include "common/sys.h"
#include "daemon/pin.h"
#include "tests/support/child.h"
#include "tests/support/expect.h"

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
is_locked(int fd)
{
	const int off = 0;

	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_DETACH_FILTER, &off,
			     sizeof(off)),
	    -1);
	assert_int_equal(errno, EPERM);
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_LOCK_FILTER, &off,
			     sizeof(off)),
	    -1);
}

/* Lets go of the peer, as a helper without its filter could. */
static void
disconnect(int fd)
{
	const struct sockaddr none = { .sa_family = AF_UNSPEC };

	assert_int_equal(connect(fd, &none, sizeof(none)), 0);
	assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
}

static void
a_stream_cannot_be_connected_elsewhere(void **state)
{
	const int listener = net_listener("127.0.0.1:0", 8);
	const int other = net_listener("127.0.0.1:0", 8);
	struct sockaddr_storage name;
	socklen_t len = sizeof(name);
	struct op_rig rig;
	int fd;

	(void)state;
	op_rig_start(&rig, NULL, loopback_lines);
	fd = ask_for(&rig, PSD_PROTOCOL_TCP, listener);
	assert_true(fd >= 0);
	is_locked(fd);
	disconnect(fd);
	assert_int_equal(getsockname(other, (struct sockaddr *)&name, &len), 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&name, len), -1);
	assert_int_equal(errno, EINPROGRESS);
	assert_int_equal(test_poll(other, POLLIN, TEST_GLIMPSE), 0);
	psd_fd_close(fd);
	psd_fd_close(other);
	psd_fd_close(listener);
	op_rig_stop(&rig);
}

static void
a_stream_cannot_be_made_to_listen_to_others(void **state)
{
	const int listener = net_listener("127.0.0.1:0", 8);
	struct op_rig rig;
	int fd, client;

	(void)state;
	op_rig_start(&rig, NULL, loopback_lines);
	fd = ask_for(&rig, PSD_PROTOCOL_TCP, listener);
	assert_true(fd >= 0);
	disconnect(fd);
	assert_int_equal(listen(fd, 8), 0);
	client = net_socket("127.0.0.1:0", SOCK_STREAM);
	assert_int_equal(fcntl(client, F_SETFL, O_NONBLOCK), 0);
	assert_int_equal(net_try_connect(client, fd), -EINPROGRESS);
	assert_int_equal(test_poll(fd, POLLIN, TEST_GLIMPSE), 0);
	psd_fd_close(client);
	psd_fd_close(fd);
	psd_fd_close(listener);
	op_rig_stop(&rig);
}

/*
 * What keeps a helper from sending elsewhere is its filter; the socket hears
 * nobody else whatever happens.
 */
static void
a_datagram_socket_hears_only_whom_it_was_connected_to(void **state)
{
	const int peer = net_socket("127.0.0.1:0", SOCK_DGRAM);
	const int other = net_socket("127.0.0.2:0", SOCK_DGRAM);
	struct op_rig rig;
	int fd;

	(void)state;
	op_rig_start(&rig, NULL, loopback_lines);
	fd = ask_for(&rig, PSD_PROTOCOL_UDP, peer);
	assert_true(fd >= 0);
	is_locked(fd);
	net_connect(other, fd);
	net_connect(fd, other);
	assert_int_equal(send(other, "evil", 4, 0), 4);
	assert_int_equal(test_poll(fd, POLLIN, TEST_GLIMPSE), 0);
	psd_fd_close(fd);
	psd_fd_close(other);
	psd_fd_close(peer);
	op_rig_stop(&rig);
}

/*
 * Newer kernels want CAP_NET_ADMIN for a filter on TCP.  Who never had it has
 * to do without; who had it does not go on without.
 */
static int
without_the_capability(void *argument)
{
	const bool had_it = argument != NULL;
	const int listener = net_listener("127.0.0.1:0", 8);
	const int other = net_socket("127.0.0.1:0", SOCK_DGRAM);
	struct op_rig rig;
	int r;

	op_rig_start(&rig, NULL, loopback_lines);
	TEST_EXPECT(!had_it || psd_pin_probe());
	TEST_EXPECT(psd_sys_capset_nothing() == 0);
	/* Older kernels pin for everybody. */
	if (!had_it && psd_pin_probe())
		return 0;
	r = ask_for(&rig, PSD_PROTOCOL_TCP, listener);
	TEST_EXPECT(had_it ? r == -EPERM : r >= 0);
	TEST_EXPECT(ask_for(&rig, PSD_PROTOCOL_UDP, other) >= 0);
	op_rig_stop(&rig);
	return 0;
}

/* Where everybody may, nothing is lost with the capability. */
static int
everybody_may(void *argument)
{
	(void)argument;
	return psd_sys_capset_nothing() == 0 && psd_pin_probe();
}

static void
a_stream_is_handed_out_unpinned_only_where_there_is_no_way(void **state)
{
	static int had_it;

	(void)state;
	if (geteuid() != 0 ||
	    test_child_exit_status(test_child_start(everybody_may, NULL)) !=
		0) {
		print_message("SKIP: no kernel that minds, or no root\n");
		skip();
	}
	assert_int_equal(test_child_exit_status(
			     test_child_start(without_the_capability, NULL)),
	    0);
	assert_int_equal(test_child_exit_status(
			     test_child_start(without_the_capability, &had_it)),
	    0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_stream_cannot_be_connected_elsewhere),
		cmocka_unit_test(a_stream_cannot_be_made_to_listen_to_others),
		cmocka_unit_test(
		    a_stream_is_handed_out_unpinned_only_where_there_is_no_way),
		cmocka_unit_test(
		    a_datagram_socket_hears_only_whom_it_was_connected_to),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
