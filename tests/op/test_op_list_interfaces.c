/* SPDX-License-Identifier: ISC */
#include "tests/support/net_rig.h"

#include "common/mem.h"
#include "tests/support/child.h"
#include "tests/support/deny.h"
#include "tests/support/expect.h"
#include "tests/support/fds.h"
#include "tests/support/netns.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdlib.h>
#include <sys/syscall.h>

enum { HEAD_LEN = 28, LISTED_MAX = 8192 };

/* "near0 4 192.0.2.1/24", one a line and sorted. */
struct listed {
	char lines[LISTED_MAX][96];
	size_t n;
};

static int
compare_lines(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void
add(struct listed *listed, const char *name, unsigned index, unsigned flags,
    int family, unsigned bits, const unsigned char *address, size_t len)
{
	char *line = listed->lines[listed->n++];
	int n;

	assert_true(listed->n <= LISTED_MAX);
	n = snprintf(line, sizeof(listed->lines[0]), "%s %u %x %d/%u ", name,
	    index, flags, family, bits);
	for (size_t i = 0; i < len; i++)
		n += snprintf(line + n, sizeof(listed->lines[0]) - (size_t)n,
		    "%02x", address[i]);
}

static int
ask_batch(struct op_rig *rig, const char *name, uint64_t *cursor,
    struct listed *ret, uint32_t *ret_len)
{
	struct psd_list_interfaces_req req = {
		.interface = psd_str_of(name),
		.cursor = *cursor,
	};
	struct psd_list_interfaces_rep rep;
	const int r = op_rig_ask(rig, PSD_OP_list_interfaces, &req, &rep);

	if (r < 0)
		return r;
	*ret_len = rep.entries.len;
	*cursor = rep.cursor;
	for (uint32_t at = 0; at < rep.entries.len;) {
		const unsigned char *entry = rep.entries.at + at;
		char text[IF_NAMESIZE] = "";
		uint32_t index, flags;

		assert_true(rep.entries.len - at > HEAD_LEN);
		assert_true(entry[11] < IF_NAMESIZE && entry[10] <= 16);
		memcpy(&index, entry, 4);
		memcpy(&flags, entry + 4, 4);
		memcpy(text, entry + HEAD_LEN, entry[11]);
		add(ret, text, index, flags, entry[8], entry[9], entry + 12,
		    entry[10]);
		at += HEAD_LEN + entry[11];
	}
	return 0;
}

static int
ask(struct op_rig *rig, const char *name, struct listed *ret)
{
	uint64_t cursor = 0;
	uint32_t len;
	int r;

	ret->n = 0;
	do
		r = ask_batch(rig, name, &cursor, ret, &len);
	while (r == 0 && len > 0);
	qsort(ret->lines, ret->n, sizeof(ret->lines[0]), compare_lines);
	return r;
}

static unsigned
bits_of(const unsigned char *mask, size_t len)
{
	unsigned n = 0;

	for (size_t i = 0; i < 8 * len; i++)
		n += (mask[i / 8] >> (7 - i % 8)) & 1;
	return n;
}

/* What the C library has to say, in the same words. */
static void
ask_library(struct listed *ret)
{
	struct ifaddrs *all;

	ret->n = 0;
	assert_int_equal(getifaddrs(&all), 0);
	for (const struct ifaddrs *i = all; i != NULL; i = i->ifa_next) {
		const unsigned char *address = (unsigned char *)i->ifa_addr;
		const unsigned char *mask = (unsigned char *)i->ifa_netmask;
		const unsigned index = if_nametoindex(i->ifa_name);
		const struct sockaddr_ll *link = (void *)i->ifa_addr;

		if (i->ifa_addr->sa_family == AF_PACKET)
			add(ret, i->ifa_name, index, i->ifa_flags, 0, 0,
			    link->sll_addr, link->sll_halen);
		else if (i->ifa_addr->sa_family == AF_INET)
			add(ret, i->ifa_name, index, i->ifa_flags, 4,
			    bits_of(mask + 4, 4), address + 4, 4);
		else if (i->ifa_addr->sa_family == AF_INET6)
			add(ret, i->ifa_name, index, i->ifa_flags, 6,
			    bits_of(mask + 8, 16), address + 8, 16);
	}
	freeifaddrs(all);
	qsort(ret->lines, ret->n, sizeof(ret->lines[0]), compare_lines);
}

static struct listed ours, theirs;

static void
expect_equal(void)
{
	assert_int_equal(ours.n, theirs.n);
	for (size_t i = 0; i < ours.n; i++)
		assert_string_equal(ours.lines[i], theirs.lines[i]);
}

static void
what_is_told_equals_getifaddrs(void **state)
{
	struct op_rig rig;
	size_t before;

	(void)state;
	op_rig_start(&rig, NULL, "AllowListInterfaces=*");
	before = test_fds_count();
	assert_int_equal(ask(&rig, "all", &ours), 0);
	ask_library(&theirs);
	assert_true(ours.n >= 5 + 3);
	expect_equal();
	assert_int_equal(test_fds_count(), before);
	op_rig_stop(&rig);
}

static bool
speaks_of(const char *name)
{
	const size_t len = strlen(name);

	for (size_t i = 0; i < ours.n; i++)
		if (strncmp(ours.lines[i], name, len) == 0 &&
		    ours.lines[i][len] == ' ')
			return true;
	return false;
}

static void
only_what_is_granted_is_told(void **state)
{
	struct op_rig rig;

	(void)state;
	op_rig_start(&rig, NULL,
	    "AllowListInterfaces=all,near*\nDenyListInterfaces=near1");
	assert_int_equal(ask(&rig, "all", &ours), 0);
	assert_true(speaks_of("near0"));
	assert_false(speaks_of("near1"));
	assert_false(speaks_of("far0"));
	assert_false(speaks_of("lo"));
	assert_int_equal(ask(&rig, "near0", &ours), 0);
	assert_true(speaks_of("near0"));
	assert_false(speaks_of("near1"));
	assert_int_equal(ask(&rig, "near1", &ours), -EPERM);
	assert_int_equal(ask(&rig, "far0", &ours), -EPERM);
	assert_int_equal(ask(&rig, "none", &ours), -EPERM);
	assert_int_equal(ask(&rig, "*", &ours), -EPERM);
	assert_int_equal(ask(&rig, "", &ours), -EPERM);
	/* Granted, and not there. */
	assert_int_equal(ask(&rig, "near7", &ours), 0);
	assert_int_equal(ours.n, 0);
	op_rig_stop(&rig);
}

static void
all_has_to_be_granted_as_well(void **state)
{
	struct op_rig rig;

	(void)state;
	op_rig_start(&rig, NULL, "AllowListInterfaces=near*,lo");
	assert_int_equal(ask(&rig, "all", &ours), -EPERM);
	assert_int_equal(ask(&rig, "lo", &ours), 0);
	assert_true(speaks_of("lo"));
	op_rig_stop(&rig);
}

/* A label is written behind a colon, and belongs to the interface. */
static void
an_address_with_a_label_is_its_interfaces(void **state)
{
	static const char *const argv[] = { "/bin/sh", "-c",
		"PATH=$PATH:/sbin:/usr/sbin; ip addr add 192.0.2.77/32 "
		"dev near1 label near1:x",
		NULL };
	struct op_rig rig;
	bool is_told = false;

	(void)state;
	assert_int_equal(test_child_exit_status(test_child_exec(argv)), 0);
	op_rig_start(&rig, NULL, "AllowListInterfaces=near1");
	assert_int_equal(ask(&rig, "near1", &ours), 0);
	for (size_t i = 0; i < ours.n; i++)
		is_told =
		    is_told || strstr(ours.lines[i], "4/32 c000024d") != NULL;
	assert_true(is_told);
	op_rig_stop(&rig);
}

static void
what_does_not_fit_comes_in_batches(void **state)
{
	static const char *const argv[] = { "/bin/sh", "-c",
		"PATH=$PATH:/sbin:/usr/sbin; "
		"for i in 1 2 3; do for k in `seq 250`; do "
		"echo addr add 10.1.$i.$k/32 dev near0; done; done | "
		"ip -batch -",
		NULL };
	uint64_t cursor = 0;
	struct op_rig rig;
	uint32_t len;

	(void)state;
	assert_int_equal(test_child_exit_status(test_child_exec(argv)), 0);
	op_rig_start(&rig, NULL,
	    "AllowListInterfaces=*\n"
	    "DenyListInterfaces=near1");
	assert_int_equal(ask(&rig, "near0", &ours), 0);
	assert_true(ours.n > 750);
	ours.n = 0;
	assert_int_equal(ask_batch(&rig, "near0", &cursor, &ours, &len), 0);
	assert_true(ours.n > 0 && ours.n < 750);
	/* A cursor that was made up leads to the end. */
	cursor = UINT64_MAX;
	assert_int_equal(ask_batch(&rig, "all", &cursor, &ours, &len), 0);
	assert_int_equal(len, 0);
	op_rig_stop(&rig);
}

static int
with_a_failing_call(void *argument)
{
	struct op_rig rig;

	(void)argument;
	op_rig_start(&rig, NULL, "AllowListInterfaces=*");
	TEST_EXPECT(test_deny(SYS_socket, EMFILE) == 0);
	TEST_EXPECT(ask(&rig, "all", &ours) == -EMFILE);
	op_rig_stop(&rig);
	return 0;
}

static void
the_failing_system_call_is_told_by_its_errno(void **state)
{
	(void)state;
	assert_int_equal(test_child_exit_status(
			     test_child_start(with_a_failing_call, NULL)),
	    0);
}

static void
a_malformed_request_ends_the_conversation(void **state)
{
	struct psd_list_interfaces_req req = {
		.interface = psd_str_of("lo"),
	};

	(void)state;
	op_rig_check_malformed("AllowListInterfaces=*", PSD_OP_list_interfaces,
	    &req);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_told_equals_getifaddrs),
		cmocka_unit_test(only_what_is_granted_is_told),
		cmocka_unit_test(all_has_to_be_granted_as_well),
		cmocka_unit_test(an_address_with_a_label_is_its_interfaces),
		cmocka_unit_test(what_does_not_fit_comes_in_batches),
		cmocka_unit_test(the_failing_system_call_is_told_by_its_errno),
		cmocka_unit_test(a_malformed_request_ends_the_conversation),
	};

	return test_netns_enter() ? cmocka_run_group_tests(tests, NULL, NULL)
				  : 77;
}
