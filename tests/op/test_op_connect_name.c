/* SPDX-License-Identifier: ISC */
/* The resolver is the test itself; tests/system/test_names_connect.c has one. */
#include "common/list.h"
#include "common/lookup.h"
#include "common/mem.h"
#include "tests/support/child.h"
#include "tests/support/fds.h"
#include "tests/support/lookup_rig.h"
#include "tests/support/net_rig.h"

#include <stdio.h>

enum { ADDRESSES_MAX = 12 };

static struct lookup_rig rig;
static int listener;
static uint16_t port;

/* A line with the listener's port between its two parts. */
static void
start(const char *line, const char *more)
{
	char lines[512], text[PSD_ENDPOINT_TEXT_MAX + 1];

	listener = net_listener("127.0.0.1:0", 8);
	net_name(listener, text);
	port = net_endpoint(text).port;
	(void)snprintf(lines, sizeof(lines), "AllowConnectName=%s:%u%s", line,
	    (unsigned)port, more);
	lookup_rig_start(&rig, lines);
}

static void
stop(void)
{
	lookup_rig_stop(&rig);
	psd_fd_close(listener);
}

static uint32_t
send_request(uint32_t protocol, const char *host)
{
	char site[PSD_SITE_MAX + 1];
	struct psd_connect_name_req req = { .protocol = protocol };

	(void)snprintf(site, sizeof(site), "%s:%u", host, (unsigned)port);
	req.site = psd_str_of(site);
	return op_rig_send(&rig.op, PSD_OP_connect_name, &req);
}

/* The name leads to these addresses, with whatever port. */
static void
lead_to(const char *const addresses[])
{
	unsigned char bytes[ADDRESSES_MAX * PSD_TARGET_LEN];
	struct psd_lookup_host_rep found = {
		.targets = { bytes, 0 },
		.canonical = psd_str_of(""),
	};
	struct psd_lookup_host_req asked;
	const uint32_t question =
	    lookup_rig_hear(&rig, 0, PSD_OP_lookup_host, &asked);

	for (size_t i = 0; addresses[i] != NULL; i++) {
		const struct psd_target target = {
			.type = asked.type,
			.endpoint = net_endpoint(addresses[i]),
		};

		psd_targets_put(bytes + found.targets.len, &target);
		found.targets.len += PSD_TARGET_LEN;
	}
	assert_string_equal(asked.host.at, "db.example.org");
	lookup_rig_reply(&rig, 0, PSD_OP_lookup_host, question, 0, &found);
}

/* The status; a connection is closed, and was one to the listener. */
static int
take(uint32_t id)
{
	struct psd_connect_name_rep rep;
	int status, served;

	net_wait(&rig.op);
	status = op_rig_take(&rig.op, PSD_OP_connect_name, id, &rep);
	if (status < 0)
		return status;
	served = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	assert_true(served >= 0);
	net_exchange(rep.connection, served);
	psd_fd_close(served);
	psd_fd_close(rep.connection);
	return 0;
}

static int
connect_by(const char *const addresses[])
{
	const uint32_t id = send_request(PSD_PROTOCOL_TCP, "db.example.org");

	lead_to(addresses);
	return take(id);
}

static void
a_granted_name_is_connected_to_the_port_that_was_granted(void **state)
{
	static const char *const own[] = { "127.0.0.1:1", NULL };

	(void)state;
	start("tcp *.example.org", " to=127.0.0.0/8");
	/* The resolver's port is not heeded. */
	assert_int_equal(connect_by(own), 0);
	stop();
}

/* Nobody accepts it: it is connected, and no message was sent. */
static void
a_socket_of_udp_is_connected_as_well(void **state)
{
	static const char *const own[] = { "127.0.0.1:1", NULL };
	struct psd_connect_name_rep rep;
	char peer[PSD_ENDPOINT_TEXT_MAX + 1], wanted[32];
	struct sockaddr_storage address;
	socklen_t len = sizeof(address), type_len = sizeof(int);
	struct psd_endpoint endpoint;
	int type = 0;
	uint32_t id;

	(void)state;
	start("udp *.example.org", " to=127.0.0.0/8");
	id = send_request(PSD_PROTOCOL_UDP, "db.example.org");
	lead_to(own);
	net_wait(&rig.op);
	assert_int_equal(op_rig_take(&rig.op, PSD_OP_connect_name, id, &rep),
	    0);
	assert_int_equal(getsockopt(rep.connection, SOL_SOCKET, SO_TYPE, &type,
			     &type_len),
	    0);
	assert_int_equal(type, SOCK_DGRAM);
	assert_int_equal(getpeername(rep.connection,
			     (struct sockaddr *)&address, &len),
	    0);
	assert_int_equal(psd_endpoint_from_sockaddr((struct sockaddr *)&address,
			     len, &endpoint),
	    0);
	psd_endpoint_print(peer, sizeof(peer), &endpoint);
	(void)snprintf(wanted, sizeof(wanted), "127.0.0.1:%u", (unsigned)port);
	assert_string_equal(peer, wanted);
	psd_fd_close(rep.connection);
	stop();
}

static void
the_next_address_is_tried_when_one_fails(void **state)
{
	static const char *const several[] = { "127.0.0.9:1", "[::1]:1",
		"127.0.0.1:1", NULL };

	(void)state;
	start("tcp **", " to=127.0.0.0/8");
	assert_int_equal(connect_by(several), 0);
	stop();
}

/* Whoever controls the name has no say in how long that takes. */
static void
so_many_addresses_are_tried_and_no_more(void **state)
{
	static const char *const eighth[] = { "127.0.0.9:1", "127.0.0.10:1",
		"127.0.0.11:1", "127.0.0.12:1", "127.0.0.13:1", "127.0.0.14:1",
		"127.0.0.15:1", "127.0.0.1:1", NULL };
	static const char *const ninth[] = { "127.0.0.8:1", "127.0.0.9:1",
		"127.0.0.10:1", "127.0.0.11:1", "127.0.0.12:1", "127.0.0.13:1",
		"127.0.0.14:1", "127.0.0.15:1", "127.0.0.1:1", NULL };

	(void)state;
	start("tcp **", " to=127.0.0.0/8");
	assert_int_equal(connect_by(eighth), 0);
	assert_int_equal(connect_by(ninth), -ECONNREFUSED);
	stop();
}

static void
addresses_that_are_not_granted_are_not_connected_to(void **state)
{
	static const char *const special[] = { "127.0.0.1:1", "[::1]:1",
		"[::ffff:127.0.0.1]:1", "169.254.1.1:1", "224.0.0.1:1",
		"0.0.0.0:1", "[fe80::1]:1", "[::]:1", NULL };
	static const char *const other[] = { "192.0.2.1:1", NULL };
	static const char *const none[] = { NULL };

	(void)state;
	start("tcp **", "");
	assert_int_equal(connect_by(special), -EPERM);
	assert_int_equal(connect_by(none), -EPERM);
	stop();
	start("tcp **", " to=127.0.0.0/8");
	assert_int_equal(connect_by(other), -EPERM);
	stop();
	/* What is denied as an address is denied by name, too. */
	start("tcp **", " to=127.0.0.0/8\nDenyConnect=tcp 127.0.0.1:*");
	assert_int_equal(connect_by(special), -EPERM);
	stop();
}

static void
what_the_connection_or_the_look_fails_with_is_told(void **state)
{
	static const char *const closed[] = { "127.0.0.9:1", NULL };
	struct psd_lookup_host_req asked;
	uint32_t id, question;

	(void)state;
	start("tcp,udp **", " to=127.0.0.0/8");
	assert_int_equal(connect_by(closed), -ECONNREFUSED);
	id = send_request(PSD_PROTOCOL_TCP, "db.example.org");
	question = lookup_rig_hear(&rig, 0, PSD_OP_lookup_host, &asked);
	lookup_rig_reply(&rig, 0, PSD_OP_lookup_host, question, -ENOENT, NULL);
	assert_int_equal(take(id), -ENOENT);
	stop();
}

static void
a_helper_that_ends_meanwhile_leaves_nothing_behind(void **state)
{
	static const char *const far[] = { "192.0.2.1:1", NULL };
	const size_t before = test_fds_count();

	(void)state;
	start("tcp **", "");
	(void)send_request(PSD_PROTOCOL_TCP, "db.example.org");
	lead_to(far);
	(void)send_request(PSD_PROTOCOL_TCP, "db.example.org");
	stop();
	assert_int_equal(test_fds_count(), before);
}

static void
a_refused_name_or_port_is_not_asked_for(void **state)
{
	static const char *const sites[] = { "db.example.org:443",
		"www.example.org:5432", "192.0.2.1:5432", "db.example.org",
		"db.example.org:05432", "db.example.org:65537",
		"db.example.org:5432:5432", ":5432", "" };

	(void)state;
	lookup_rig_start(&rig, "AllowConnectName=tcp db.example.org:5432");
	for (size_t i = 0; i < PSD_ELEMENTS(sites); i++) {
		struct psd_connect_name_req req = {
			.protocol = PSD_PROTOCOL_TCP,
			.site = psd_str_of(sites[i]),
		};
		struct psd_connect_name_rep rep;

		assert_int_equal(op_rig_ask(&rig.op, PSD_OP_connect_name, &req,
				     &rep),
		    -EPERM);
	}
	assert_false(lookup_rig_is_asked(&rig));
	lookup_rig_stop(&rig);
}

static void
a_malformed_connect_name_ends_the_conversation(void **state)
{
	struct psd_connect_name_req req = {
		.protocol = PSD_PROTOCOL_TCP,
		.site = psd_str_of("db.example.org:5432"),
	};

	(void)state;
	op_rig_check_malformed("AllowConnectName=tcp **:*", PSD_OP_connect_name,
	    &req);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_granted_name_is_connected_to_the_port_that_was_granted),
		cmocka_unit_test(a_socket_of_udp_is_connected_as_well),
		cmocka_unit_test(the_next_address_is_tried_when_one_fails),
		cmocka_unit_test(so_many_addresses_are_tried_and_no_more),
		cmocka_unit_test(
		    addresses_that_are_not_granted_are_not_connected_to),
		cmocka_unit_test(
		    what_the_connection_or_the_look_fails_with_is_told),
		cmocka_unit_test(
		    a_helper_that_ends_meanwhile_leaves_nothing_behind),
		cmocka_unit_test(a_refused_name_or_port_is_not_asked_for),
		cmocka_unit_test(
		    a_malformed_connect_name_ends_the_conversation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
