/* SPDX-License-Identifier: ISC */
#include "tests/support/net_rig.h"

#include "common/mem.h"
#include "tests/support/child.h"
#include "tests/support/deny.h"
#include "tests/support/expect.h"
#include "tests/support/fds.h"
#include "tests/support/netns.h"

#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sys/syscall.h>

static const char lines[] = "AllowPacketSocket=near*:0x88b5";

static int
ask(struct op_rig *rig, const char *link)
{
	struct psd_packet_socket_req req = { .link = psd_str_of(link) };
	struct psd_packet_socket_rep rep;
	const int r = op_rig_ask(rig, PSD_OP_packet_socket, &req, &rep);

	return r < 0 ? r : rep.socket;
}

static struct sockaddr_ll
address_of(const char *interface, uint16_t ethertype)
{
	return (struct sockaddr_ll){
		.sll_family = AF_PACKET,
		.sll_ifindex = (int)if_nametoindex(interface),
		.sll_protocol = htons(ethertype),
		.sll_halen = 6,
		/* A group of nobody's. */
		.sll_addr = { 0x03, 0, 0, 0, 0, 1 },
	};
}

/* What leaves by the interface comes in at the other end of its pair. */
static void
say(const char *interface, uint16_t ethertype)
{
	const struct sockaddr_ll to = address_of(interface, ethertype);
	const int fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(sendto(fd, "hello", 5, 0, (const struct sockaddr *)&to,
			     sizeof(to)),
	    5);
	psd_fd_close(fd);
}

static void
frames_of_the_granted_ethertype_arrive(void **state)
{
	struct sockaddr_ll from;
	socklen_t len = sizeof(from);
	struct op_rig rig;
	char text[64];
	int fd;

	(void)state;
	op_rig_start(&rig, NULL, lines);
	fd = ask(&rig, "near0:0x88b5");
	assert_true(fd >= 0);
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	assert_int_equal(fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
	say("far0", 0x88b5);
	assert_int_equal(test_poll(fd, POLLIN, TEST_DEADLINE), POLLIN);
	assert_true(recvfrom(fd, text, sizeof(text), 0,
			(struct sockaddr *)&from, &len) >= 5);
	assert_memory_equal(text, "hello", 5);
	assert_int_equal(ntohs(from.sll_protocol), 0x88b5);
	assert_int_equal(from.sll_ifindex, if_nametoindex("near0"));
	psd_fd_close(fd);
	op_rig_stop(&rig);
}

static void
other_frames_do_not_arrive(void **state)
{
	struct op_rig rig;
	int fd;

	(void)state;
	op_rig_start(&rig, NULL, lines);
	fd = ask(&rig, "near0:0x88b5");
	assert_true(fd >= 0);
	say("far0", 0x88b6);
	say("far0", 0x0800);
	say("far1", 0x88b5);
	assert_int_equal(test_poll(fd, POLLIN, TEST_GLIMPSE), 0);
	psd_fd_close(fd);
	op_rig_stop(&rig);
}

/* As a helper without its filter could try. */
static void
other_frames_are_not_heard_wherever_it_is_bound(void **state)
{
	struct sockaddr_ll all = address_of("far1", 0x0003); /* ETH_P_ALL */
	const int off = 0;
	struct op_rig rig;
	int fd;

	(void)state;
	op_rig_start(&rig, NULL, lines);
	fd = ask(&rig, "near0:0x88b5");
	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&all, sizeof(all)), 0);
	say("near1", 0x88b5);
	say("near1", 0x88b6);
	all.sll_ifindex = 0;
	assert_int_equal(bind(fd, (struct sockaddr *)&all, sizeof(all)), 0);
	say("far0", 0x88b6);
	say("far1", 0x88b5);
	assert_int_equal(test_poll(fd, POLLIN, TEST_GLIMPSE), 0);
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_DETACH_FILTER, &off,
			     sizeof(off)),
	    -1);
	assert_int_equal(errno, EPERM);
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_LOCK_FILTER, &off,
			     sizeof(off)),
	    -1);
	psd_fd_close(fd);
	op_rig_stop(&rig);
}

/* What passes the filter of every helper has no address. */
static void
it_sends_nothing_without_an_address(void **state)
{
	struct op_rig rig;
	int fd, other;

	(void)state;
	op_rig_start(&rig, NULL,
	    "AllowPacketSocket=near0:0x88b5,far0:0x88b5,far0:0x0800");
	fd = ask(&rig, "near0:0x88b5");
	other = ask(&rig, "far0:0x88b5");
	assert_true(fd >= 0 && other >= 0);
	assert_int_equal(write(fd, "hello", 5), -1);
	assert_int_equal(send(fd, "hello", 5, MSG_NOSIGNAL), -1);
	assert_int_equal(connect(fd,
			     (struct sockaddr *)&(struct sockaddr_ll){
				 .sll_family = AF_PACKET },
			     sizeof(struct sockaddr_ll)),
	    -1);
	assert_int_equal(test_poll(other, POLLIN, TEST_GLIMPSE), 0);
	psd_fd_close(fd);
	psd_fd_close(other);
	op_rig_stop(&rig);
}

static void
what_no_line_covers_is_refused(void **state)
{
	static const char *const links[] = { "near0:0x88b6", "near0:0x0003",
		"near0:0x88B5", "near0", "far0:0x88b5", "near1:0x88b5",
		"none:0x88b5", "near0:0x88b5 ", "near0:*", "*:0x88b5", "" };
	struct op_rig rig;

	(void)state;
	op_rig_start(&rig, NULL,
	    "AllowPacketSocket=near*:0x88b5\nDenyPacketSocket=near1:*");
	for (size_t i = 0; i < PSD_ELEMENTS(links); i++)
		if (ask(&rig, links[i]) != -EPERM)
			fail_msg("%s", links[i]);
	op_rig_stop(&rig);
}

/* One spelling each, so that a line for one is not got around by another. */
static void
what_is_no_ethertype_or_interface_is_told(void **state)
{
	static const char *const links[] = { "near0:0x88B5", "near0:0x088b5",
		"near0:88b5", "near0:0x88b", "near0:0x188b5", "near0:0x0003",
		"near0:0x0000", "near0:0x05ff", "near0:", "near0", "near0:lldp",
		"near0:0x-8b5", "near0:0x88b5:" };
	struct op_rig rig;

	(void)state;
	op_rig_start(&rig, NULL, "AllowPacketSocket=*");
	for (size_t i = 0; i < PSD_ELEMENTS(links); i++)
		if (ask(&rig, links[i]) != -EINVAL)
			fail_msg("%s", links[i]);
	assert_int_equal(ask(&rig, "near7:0x88b5"), -ENODEV);
	assert_int_equal(ask(&rig, ":0x88b5"), -ENODEV);
	assert_int_equal(ask(&rig, "near0:1:0x88b5"), -ENODEV);
	op_rig_stop(&rig);
}

static int
with_a_failing_lock(void *argument)
{
	struct op_rig rig;
	size_t before;

	(void)argument;
	op_rig_start(&rig, NULL, lines);
	before = test_fds_count();
	TEST_EXPECT(test_deny_argument(SYS_setsockopt, 2, SO_LOCK_FILTER,
			ENOPROTOOPT) == 0);
	TEST_EXPECT(ask(&rig, "near0:0x88b5") == -ENOPROTOOPT);
	TEST_EXPECT(test_fds_count() == before);
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
a_malformed_request_ends_the_conversation(void **state)
{
	struct psd_packet_socket_req req = {
		.link = psd_str_of("near0:0x88b5"),
	};

	(void)state;
	op_rig_check_malformed(lines, PSD_OP_packet_socket, &req);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_of_the_granted_ethertype_arrive),
		cmocka_unit_test(other_frames_do_not_arrive),
		cmocka_unit_test(
		    other_frames_are_not_heard_wherever_it_is_bound),
		cmocka_unit_test(it_sends_nothing_without_an_address),
		cmocka_unit_test(what_no_line_covers_is_refused),
		cmocka_unit_test(what_is_no_ethertype_or_interface_is_told),
		cmocka_unit_test(
		    a_socket_that_cannot_be_pinned_is_not_handed_out),
		cmocka_unit_test(a_malformed_request_ends_the_conversation),
	};

	return test_netns_enter() ? cmocka_run_group_tests(tests, NULL, NULL)
				  : 77;
}
