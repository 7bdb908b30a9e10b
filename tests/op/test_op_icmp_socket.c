/* SPDX-License-Identifier: ISC */
#include "tests/support/net_rig.h"

#include "common/mem.h"
#include "tests/support/child.h"
#include "tests/support/deny.h"
#include "tests/support/expect.h"
#include "tests/support/fds.h"
#include "tests/support/netns.h"

#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <netinet/in.h>
#include <sys/syscall.h>

static const char lines[] = "AllowIcmpSocket=127.0.0.0/8:*\n"
			    "AllowIcmpSocket=[::1]:*";

static int
ask(struct op_rig *rig, const char *endpoint)
{
	struct psd_icmp_socket_req req = {
		.endpoint = net_endpoint(endpoint),
	};
	struct psd_icmp_socket_rep rep;
	const int r = op_rig_ask(rig, PSD_OP_icmp_socket, &req, &rep);

	return r < 0 ? r : rep.socket;
}

/* Of either family, a header has the type first and the number last. */
static void
request(int fd, unsigned char type)
{
	const struct icmphdr header = {
		.type = type,
		.un.echo.sequence = htons(7),
	};

	assert_int_equal(send(fd, &header, sizeof(header), MSG_NOSIGNAL),
	    sizeof(header));
}

static void
check_answers(struct op_rig *rig, const char *endpoint, unsigned char type,
    unsigned char answer)
{
	const int fd = ask(rig, endpoint);
	struct icmphdr header;

	assert_true(fd >= 0);
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	assert_int_equal(fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
	request(fd, type);
	assert_int_equal(test_poll(fd, POLLIN, TEST_DEADLINE), POLLIN);
	assert_int_equal(recv(fd, &header, sizeof(header), 0), sizeof(header));
	assert_int_equal(header.type, answer);
	assert_int_equal(ntohs(header.un.echo.sequence), 7);
	psd_fd_close(fd);
}

static void
a_granted_address_answers(void **state)
{
	struct op_rig rig;
	size_t before;

	(void)state;
	op_rig_start(&rig, NULL, lines);
	before = test_fds_count();
	check_answers(&rig, "127.0.0.1:0", ICMP_ECHO, ICMP_ECHOREPLY);
	check_answers(&rig, "127.0.0.5:1234", ICMP_ECHO, ICMP_ECHOREPLY);
	check_answers(&rig, "[::ffff:127.0.0.1]:0", ICMP_ECHO, ICMP_ECHOREPLY);
	if (net_has_inet6())
		check_answers(&rig, "[::1]:0", ICMPV6_ECHO_REQUEST,
		    ICMPV6_ECHO_REPLY);
	assert_int_equal(test_fds_count(), before);
	op_rig_stop(&rig);
}

static void
the_identifier_is_the_one_that_was_asked_for(void **state)
{
	struct icmphdr header;
	struct op_rig rig;
	int fd;

	(void)state;
	op_rig_start(&rig, NULL, lines);
	fd = ask(&rig, "127.0.0.1:1234");
	assert_true(fd >= 0);
	request(fd, ICMP_ECHO);
	assert_int_equal(recv(fd, &header, sizeof(header), 0), sizeof(header));
	assert_int_equal(ntohs(header.un.echo.id), 1234);
	psd_fd_close(fd);
	op_rig_stop(&rig);
}

static void
what_no_line_covers_is_refused(void **state)
{
	static const char *const endpoints[] = { "127.0.0.1:0", "0.0.0.0:0",
		"[::1]:0", "192.0.2.1:1", "192.0.2.9:0", "224.0.0.1:0",
		"[::ffff:127.0.0.1]:0", "169.254.1.1:0" };
	struct op_rig rig;

	(void)state;
	op_rig_start(&rig, NULL,
	    "AllowIcmpSocket=*:0\nDenyIcmpSocket=192.0.2.8/29:*");
	for (size_t i = 0; i < PSD_ELEMENTS(endpoints); i++)
		if (ask(&rig, endpoints[i]) != -EPERM)
			fail_msg("%s", endpoints[i]);
	op_rig_stop(&rig);
}

static void
what_cannot_be_asked_is_told_by_its_errno(void **state)
{
	struct op_rig rig;

	(void)state;
	op_rig_start(&rig, NULL,
	    "AllowIcmpSocket=0.0.0.0/32:0\nAllowIcmpSocket=[::]:0\n"
	    "AllowIcmpSocket=203.0.113.1:0\n"
	    "AllowIcmpSocket=255.255.255.255:0");
	assert_int_equal(ask(&rig, "0.0.0.0:0"), -EADDRNOTAVAIL);
	assert_int_equal(ask(&rig, "[::]:0"), -EADDRNOTAVAIL);
	assert_int_equal(ask(&rig, "203.0.113.1:0"), -ENETUNREACH);
	assert_true(ask(&rig, "255.255.255.255:0") < 0);
	op_rig_stop(&rig);
}

/* The kernel lets it send nothing else, whoever holds it. */
static void
it_sends_nothing_but_requests_for_an_echo(void **state)
{
	static const unsigned char types[] = { ICMP_ECHOREPLY,
		ICMP_DEST_UNREACH, ICMP_REDIRECT, ICMP_TIMESTAMP };
	struct op_rig rig;
	int fd;

	(void)state;
	op_rig_start(&rig, NULL, lines);
	fd = ask(&rig, "127.0.0.1:0");
	assert_true(fd >= 0);
	for (size_t i = 0; i < sizeof(types); i++) {
		const struct icmphdr header = { .type = types[i] };

		assert_int_equal(send(fd, &header, sizeof(header), 0), -1);
	}
	psd_fd_close(fd);
	op_rig_stop(&rig);
}

/* As a helper without its filter could try. */
static void
only_the_granted_address_is_heard(void **state)
{
	const struct psd_endpoint other = net_endpoint("192.0.2.1:0");
	const struct sockaddr none = { .sa_family = AF_UNSPEC };
	struct sockaddr_storage address;
	const int off = 0;
	struct op_rig rig;
	socklen_t len;
	int fd;

	(void)state;
	op_rig_start(&rig, NULL, lines);
	fd = ask(&rig, "127.0.0.1:0");
	assert_true(fd >= 0);
	len = psd_endpoint_to_sockaddr(&other, &address);
	assert_int_equal(connect(fd, &none, sizeof(none)), 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&address, len), 0);
	request(fd, ICMP_ECHO);
	assert_int_equal(test_poll(fd, POLLIN, TEST_GLIMPSE), 0);
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_DETACH_FILTER, &off,
			     sizeof(off)),
	    -1);
	assert_int_equal(errno, EPERM);
	psd_fd_close(fd);
	op_rig_stop(&rig);
}

static int
with_a_failing_lock(void *argument)
{
	struct op_rig rig;

	(void)argument;
	op_rig_start(&rig, NULL, lines);
	TEST_EXPECT(test_deny_argument(SYS_setsockopt, 2, SO_LOCK_FILTER,
			ENOPROTOOPT) == 0);
	TEST_EXPECT(ask(&rig, "127.0.0.1:0") == -ENOPROTOOPT);
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

static void
a_host_that_allows_nobody_is_told_of(void **state)
{
	struct op_rig rig;

	(void)state;
	op_rig_start(&rig, NULL, lines);
	test_netns_allow_ping(false);
	assert_int_equal(ask(&rig, "127.0.0.1:0"), -EACCES);
	test_netns_allow_ping(true);
	op_rig_stop(&rig);
}

static void
a_malformed_request_ends_the_conversation(void **state)
{
	struct psd_icmp_socket_req req = {
		.endpoint = net_endpoint("127.0.0.1:0"),
	};

	(void)state;
	op_rig_check_malformed(lines, PSD_OP_icmp_socket, &req);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_granted_address_answers),
		cmocka_unit_test(the_identifier_is_the_one_that_was_asked_for),
		cmocka_unit_test(what_no_line_covers_is_refused),
		cmocka_unit_test(what_cannot_be_asked_is_told_by_its_errno),
		cmocka_unit_test(it_sends_nothing_but_requests_for_an_echo),
		cmocka_unit_test(only_the_granted_address_is_heard),
		cmocka_unit_test(
		    a_socket_that_cannot_be_pinned_is_not_handed_out),
		cmocka_unit_test(a_host_that_allows_nobody_is_told_of),
		cmocka_unit_test(a_malformed_request_ends_the_conversation),
	};

	if (!test_netns_enter())
		return 77;
	test_netns_allow_ping(true);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
