/* SPDX-License-Identifier: ISC */
#include "tests/support/net_rig.h"

#include "common/mem.h"
#include "tests/support/child.h"
#include "tests/support/fds.h"
#include "tests/support/netns.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>

static const char lines[] = "AllowSendFrame=near*:0x88b5";

static const uint64_t destination = UINT64_C(0x0180c200000e);

static int
ask(struct op_rig *rig, const char *link, uint64_t to, const void *payload,
    size_t len)
{
	struct psd_send_frame_req req = {
		.link = psd_str_of(link),
		.destination = to,
		.payload = { payload, (uint32_t)len },
	};
	struct psd_send_frame_rep rep;

	return op_rig_ask(rig, PSD_OP_send_frame, &req, &rep);
}

/* Hears everything that comes in by the interface, with its header. */
static int
hear(const char *interface)
{
	const struct sockaddr_ll all = {
		.sll_family = AF_PACKET,
		.sll_ifindex = (int)if_nametoindex(interface),
		.sll_protocol = htons(ETH_P_ALL),
	};
	const int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (const struct sockaddr *)&all, sizeof(all)),
	    0);
	return fd;
}

/* The next frame with this ethertype; hosts have more to say. */
static ssize_t
next_frame(int fd, uint16_t ethertype, unsigned char *frame, size_t size)
{
	for (;;) {
		ssize_t n;

		assert_int_equal(test_poll(fd, POLLIN, TEST_DEADLINE), POLLIN);
		n = recv(fd, frame, size, 0);
		if (n >= ETH_HLEN && (frame[12] << 8 | frame[13]) == ethertype)
			return n;
	}
}

static void
what_is_sent_has_the_granted_ethertype(void **state)
{
	static const unsigned char to[] = { 0x01, 0x80, 0xc2, 0, 0, 0x0e };
	unsigned char frame[2048];
	struct op_rig rig;
	size_t before = 0;
	int fd;

	(void)state;
	op_rig_start(&rig, NULL, lines);
	fd = hear("far0");
	for (int i = 0; i < 3; i++) {
		assert_int_equal(ask(&rig, "near0:0x88b5", destination, "hello",
				     5),
		    0);
		assert_true(next_frame(fd, 0x88b5, frame, sizeof(frame)) >=
		    ETH_HLEN + 5);
		assert_memory_equal(frame, to, sizeof(to));
		assert_memory_equal(frame + ETH_HLEN, "hello", 5);
		/* The first leaves the daemon's own socket open. */
		if (i == 0)
			before = test_fds_count();
		assert_int_equal(test_fds_count(), before);
	}
	psd_fd_close(fd);
	op_rig_stop(&rig);
}

static void
what_no_line_covers_is_refused_and_not_sent(void **state)
{
	static const char *const links[] = { "near0:0x88b6", "near0:0x0800",
		"near1:0x88b5", "far0:0x88b5", "none:0x88b5", "near0", "" };
	unsigned char frame[2048];
	struct op_rig rig;
	int fd;

	(void)state;
	op_rig_start(&rig, NULL,
	    "AllowSendFrame=near*:0x88b5\nDenySendFrame=near1:*");
	fd = hear("far0");
	for (size_t i = 0; i < PSD_ELEMENTS(links); i++)
		if (ask(&rig, links[i], destination, "evil", 4) != -EPERM)
			fail_msg("%s", links[i]);
	assert_int_equal(ask(&rig, "near0:0x88b5", destination, "good", 4), 0);
	(void)next_frame(fd, 0x88b5, frame, sizeof(frame));
	assert_memory_equal(frame + ETH_HLEN, "good", 4);
	psd_fd_close(fd);
	op_rig_stop(&rig);
}

static void
what_cannot_be_sent_is_told_by_its_errno(void **state)
{
	static const unsigned char zeros[2000];
	struct op_rig rig;

	(void)state;
	op_rig_start(&rig, NULL, "AllowSendFrame=*");
	assert_int_equal(ask(&rig, "near0:0x88b5", UINT64_C(1) << 48, "x", 1),
	    -EINVAL);
	assert_int_equal(ask(&rig, "near0:0x0003", destination, "x", 1),
	    -EINVAL);
	assert_int_equal(ask(&rig, "near7:0x88b5", destination, "x", 1),
	    -ENODEV);
	assert_int_equal(ask(&rig, "near0:0x88b5", destination, zeros,
			     sizeof(zeros)),
	    -EMSGSIZE);
	op_rig_stop(&rig);
}

static void
a_malformed_request_ends_the_conversation(void **state)
{
	struct psd_send_frame_req req = {
		.link = psd_str_of("near0:0x88b5"),
		.payload = { (const unsigned char *)"x", 1 },
	};

	(void)state;
	op_rig_check_malformed(lines, PSD_OP_send_frame, &req);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_sent_has_the_granted_ethertype),
		cmocka_unit_test(what_no_line_covers_is_refused_and_not_sent),
		cmocka_unit_test(what_cannot_be_sent_is_told_by_its_errno),
		cmocka_unit_test(a_malformed_request_ends_the_conversation),
	};

	return test_netns_enter() ? cmocka_run_group_tests(tests, NULL, NULL)
				  : 77;
}
