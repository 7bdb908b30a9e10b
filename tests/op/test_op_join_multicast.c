/* SPDX-License-Identifier: ISC */
#include "tests/support/net_rig.h"

#include "common/mem.h"
#include "tests/support/child.h"
#include "tests/support/deny.h"
#include "tests/support/expect.h"
#include "tests/support/fds.h"
#include "tests/support/netns.h"

#include <net/if.h>
#include <netinet/in.h>
#include <sys/syscall.h>

static const char lines[] = "AllowJoinMulticast=lo,near* 239.255.0.0/16:*\n"
			    "AllowJoinMulticast=lo,near* [ff02::]/16:*";

static int
ask(struct op_rig *rig, const char *interface, const char *group)
{
	struct psd_join_multicast_req req = {
		.interface = psd_str_of(interface),
		.group = net_endpoint(group),
	};
	struct psd_join_multicast_rep rep;
	const int r = op_rig_ask(rig, PSD_OP_join_multicast, &req, &rep);

	return r < 0 ? r : rep.socket;
}

/* Sends to the group by the interface. */
static void
say(const char *interface, const char *group)
{
	struct psd_endpoint endpoint = net_endpoint(group);
	struct sockaddr_storage address;
	const int index = (int)if_nametoindex(interface);
	const struct ip_mreqn by = { .imr_ifindex = index };
	const bool is_inet = endpoint.family == PSD_FAMILY_INET;
	socklen_t len;
	int fd;

	endpoint.scope = is_inet ? 0 : (uint32_t)index;
	len = psd_endpoint_to_sockaddr(&endpoint, &address);
	fd = socket(address.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_true(fd >= 0);
	if (is_inet)
		assert_int_equal(setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF,
				     &by, sizeof(by)),
		    0);
	if (sendto(fd, "hello", 5, 0, (struct sockaddr *)&address, len) != 5)
		fail_msg("%s %s: %s", interface, group, strerror(errno));
	psd_fd_close(fd);
}

static void
check_hears(struct op_rig *rig, const char *interface, const char *group)
{
	const int fd = ask(rig, interface, group);
	char text[8];

	assert_true(fd >= 0);
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	assert_int_equal(fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
	say(interface, group);
	assert_int_equal(test_poll(fd, POLLIN, TEST_DEADLINE), POLLIN);
	assert_int_equal(recv(fd, text, sizeof(text), 0), 5);
	psd_fd_close(fd);
}

static void
what_is_sent_to_a_granted_group_is_heard(void **state)
{
	struct op_rig rig;
	size_t before;

	(void)state;
	op_rig_start(&rig, NULL, lines);
	before = test_fds_count();
	check_hears(&rig, "near0", "239.255.0.1:1900");
	check_hears(&rig, "near1", "239.255.0.1:1900");
	if (net_has_inet6())
		check_hears(&rig, "near0", "[ff02::1234]:5353");
	assert_int_equal(test_fds_count(), before);
	op_rig_stop(&rig);
}

static void
several_may_listen_to_a_group(void **state)
{
	struct op_rig rig;
	int one, other;

	(void)state;
	op_rig_start(&rig, NULL, lines);
	one = ask(&rig, "near0", "239.255.0.1:1900");
	other = ask(&rig, "near0", "239.255.0.1:1900");
	assert_true(one >= 0 && other >= 0);
	say("near0", "239.255.0.1:1900");
	assert_int_equal(test_poll(one, POLLIN, TEST_DEADLINE), POLLIN);
	assert_int_equal(test_poll(other, POLLIN, TEST_DEADLINE), POLLIN);
	psd_fd_close(one);
	psd_fd_close(other);
	op_rig_stop(&rig);
}

static void
what_no_line_covers_is_refused(void **state)
{
	static const struct {
		const char *interface, *group;
	} cases[] = {
		{ "near0", "239.255.0.1:1901" },
		{ "near0", "239.254.0.1:1900" },
		{ "near0", "224.0.0.251:1900" },
		{ "near0", "192.0.2.1:1900" },
		{ "near0", "0.0.0.0:1900" },
		{ "near0", "[ff02::1]:1900" },
		{ "near1", "239.255.0.1:1900" },
		{ "far0", "239.255.0.1:1900" },
		{ "none", "239.255.0.1:1900" },
		{ "near0 ", "239.255.0.1:1900" },
		{ "near0/x", "239.255.0.1:1900" },
		{ "", "239.255.0.1:1900" },
	};
	struct op_rig rig;

	(void)state;
	/* A star means no group: those have to be named. */
	op_rig_start(&rig, NULL,
	    "AllowJoinMulticast=near* 239.255.0.0/16:1900\n"
	    "AllowJoinMulticast=* *:*\n"
	    "DenyJoinMulticast=near1 *:*\nDenyJoinMulticast=* 192.0.2.1:*");
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++)
		if (ask(&rig, cases[i].interface, cases[i].group) != -EPERM)
			fail_msg("%s %s", cases[i].interface, cases[i].group);
	op_rig_stop(&rig);
}

static void
what_is_no_group_or_interface_is_told(void **state)
{
	struct op_rig rig;

	(void)state;
	op_rig_start(&rig, NULL,
	    "AllowJoinMulticast=near*,else 192.0.2.1:*\n"
	    "AllowJoinMulticast=near*,else 239.255.0.0/16:*\n"
	    "AllowJoinMulticast=near* [ff02::]/16:*");
	assert_int_equal(ask(&rig, "near0", "192.0.2.1:1900"), -EINVAL);
	assert_int_equal(ask(&rig, "near0", "239.255.0.1:0"), -EINVAL);
	assert_int_equal(ask(&rig, "near0", "[ff02::1%4000]:1900"), -EINVAL);
	assert_int_equal(ask(&rig, "near7", "239.255.0.1:1900"), -ENODEV);
	assert_int_equal(ask(&rig, "near-with-a-long-name", "239.255.0.1:1"),
	    -ENODEV);
	op_rig_stop(&rig);
}

/* A line that denies an interface is not got around by its other name. */
static void
another_name_of_an_interface_is_none(void **state)
{
	static const char *const argv[] = { "/bin/sh", "-c",
		"PATH=$PATH:/sbin:/usr/sbin; "
		"ip link property add dev near0 altname else",
		NULL };
	struct op_rig rig;

	(void)state;
	assert_int_equal(test_child_exit_status(test_child_exec(argv)), 0);
	assert_int_not_equal(if_nametoindex("else"), 0);
	op_rig_start(&rig, NULL,
	    "AllowJoinMulticast=* 239.255.0.0/16:*\n"
	    "DenyJoinMulticast=near0 *:*");
	assert_int_equal(ask(&rig, "else", "239.255.0.1:1900"), -ENODEV);
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
	TEST_EXPECT(ask(&rig, "near0", "239.255.0.1:1900") == -ENOPROTOOPT);
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

/* As a helper without its filter could try. */
static void
nothing_else_is_heard_whatever_is_joined(void **state)
{
	struct ip_mreqn other = {
		.imr_multiaddr = { htonl(0xefff0001) }, /* 239.255.0.1 */
	};
	struct sockaddr_in any = { .sin_family = AF_INET };
	const int off = 0, on = 1;
	struct op_rig rig;
	int fd;

	(void)state;
	other.imr_ifindex = (int)if_nametoindex("near1");
	op_rig_start(&rig, NULL, lines);
	fd = ask(&rig, "near0", "239.255.0.1:1900");
	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&any, sizeof(any)), -1);
	assert_int_equal(setsockopt(fd, IPPROTO_IP, IP_MULTICAST_ALL, &on,
			     sizeof(on)),
	    0);
	/* The same group, by another interface. */
	assert_int_equal(setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &other,
			     sizeof(other)),
	    0);
	say("near1", "239.255.0.1:1900");
	/* Another group. */
	other.imr_multiaddr.s_addr = htonl(0xefff0002);
	other.imr_ifindex = (int)if_nametoindex("near0");
	assert_int_equal(setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &other,
			     sizeof(other)),
	    0);
	say("near0", "239.255.0.2:1900");
	assert_int_equal(test_poll(fd, POLLIN, TEST_GLIMPSE), 0);
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_DETACH_FILTER, &off,
			     sizeof(off)),
	    -1);
	assert_int_equal(errno, EPERM);
	psd_fd_close(fd);
	op_rig_stop(&rig);
}

static void
a_malformed_join_ends_the_conversation(void **state)
{
	struct psd_join_multicast_req req = {
		.interface = psd_str_of("near0"),
		.group = net_endpoint("239.255.0.1:1900"),
	};

	(void)state;
	op_rig_check_malformed(lines, PSD_OP_join_multicast, &req);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_sent_to_a_granted_group_is_heard),
		cmocka_unit_test(several_may_listen_to_a_group),
		cmocka_unit_test(what_no_line_covers_is_refused),
		cmocka_unit_test(what_is_no_group_or_interface_is_told),
		cmocka_unit_test(another_name_of_an_interface_is_none),
		cmocka_unit_test(
		    a_socket_that_cannot_be_pinned_is_not_handed_out),
		cmocka_unit_test(nothing_else_is_heard_whatever_is_joined),
		cmocka_unit_test(a_malformed_join_ends_the_conversation),
	};

	return test_netns_enter() ? cmocka_run_group_tests(tests, NULL, NULL)
				  : 77;
}
