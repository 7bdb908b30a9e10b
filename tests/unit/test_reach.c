/* SPDX-License-Identifier: ISC */
/* Which addresses and ports a line means: judged without a system call. */
#include "common/endpoint.h"
#include "common/mem.h"
#include "policy/reach.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct judged {
	const char *reach, *endpoint;
	bool covers, touches; /* as an Allow and as a Deny line */
};

static struct psd_reach
reach_of(const char *text)
{
	struct psd_reach reach = { .is_any = false };
	const char *wrong = psd_reach_parse(text, &reach);

	if (wrong != NULL)
		fail_msg("%s: %s", text, wrong);
	return reach;
}

static void
judge(const struct judged *cases, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct psd_reach reach = reach_of(cases[i].reach);
		struct psd_endpoint endpoint;

		if (psd_endpoint_parse(cases[i].endpoint, &endpoint) < 0)
			fail_msg("%s", cases[i].endpoint);
		if (psd_reach_covers(&reach, &endpoint) != cases[i].covers ||
		    psd_reach_touches(&reach, &endpoint) != cases[i].touches)
			fail_msg("%s and %s", cases[i].reach,
			    cases[i].endpoint);
	}
}

static void
addresses_are_covered_by_their_prefixes(void **state)
{
	static const struct judged cases[] = {
		{ "192.0.2.1:80", "192.0.2.1:80", true, true },
		{ "192.0.2.1:80", "192.0.2.2:80", false, false },
		{ "192.0.2.1/32:80", "192.0.2.1:80", true, true },
		{ "192.0.2.1/32:80", "192.0.2.0:80", false, false },
		{ "192.0.2.0/31:80", "192.0.2.1:80", true, true },
		{ "192.0.2.0/31:80", "192.0.2.2:80", false, false },
		{ "10.0.0.0/8:80", "10.255.255.255:80", true, true },
		{ "10.0.0.0/8:80", "11.0.0.0:80", false, false },
		{ "10.0.0.0/8:80", "9.255.255.255:80", false, false },
		{ "172.16.0.0/12:80", "172.31.255.255:80", true, true },
		{ "172.16.0.0/12:80", "172.32.0.0:80", false, false },
		{ "172.16.0.0/12:80", "172.15.255.255:80", false, false },
		{ "0.0.0.0/0:80", "8.8.8.8:80", true, true },
		{ "0.0.0.0/0:80", "[2001:db8::1]:80", false, false },
		{ "0.0.0.0/0:80", "[::]:80", false, false },
		{ "[2001:db8::]/32:80", "[2001:db8:ffff::1]:80", true, true },
		{ "[2001:db8::]/32:80", "[2001:db9::]:80", false, false },
		{ "[2001:db8::]/33:80", "[2001:db8:7fff::]:80", true, true },
		{ "[2001:db8::]/33:80", "[2001:db8:8000::]:80", false, false },
		{ "[2001:db8::1]:80", "[2001:db8::1]:80", true, true },
		{ "[2001:db8::1]/128:80", "[2001:db8::2]:80", false, false },
		{ "[::]/0:80", "[2001:db8::1]:80", true, true },
		{ "[::]/0:80", "192.0.2.1:80", false, false },
		{ "*:80", "192.0.2.1:80", true, true },
		{ "*:80", "[2001:db8::1]:80", true, true },
		/* IPv4 in the clothes of IPv6. */
		{ "192.0.2.1:80", "[::ffff:192.0.2.1]:80", true, true },
		{ "10.0.0.0/8:80", "[::ffff:10.1.2.3]:80", true, true },
		{ "[::]/0:80", "[::ffff:192.0.2.1]:80", false, false },
		{ "[::ffff:192.0.2.1]:80", "192.0.2.1:80", true, true },
		{ "[::ffff:10.0.0.0]/104:80", "10.9.9.9:80", true, true },
		{ "[::ffff:10.0.0.0]/104:80", "11.0.0.0:80", false, false },
		{ "[::ffff:0.0.0.0]/96:80", "8.8.8.8:80", true, true },
		{ "[::ffff:0.0.0.0]/96:80", "127.0.0.1:80", false, true },
	};

	(void)state;
	judge(cases, PSD_ELEMENTS(cases));
}

/* First and last address of each range, and their neighbours. */
static void
special_addresses_are_not_what_a_wildcard_means(void **state)
{
	static const char *const special[] = { "0.0.0.0:1", "127.0.0.0:1",
		"127.0.0.1:1", "127.255.255.255:1", "169.254.0.0:1",
		"169.254.169.254:1", "169.254.255.255:1", "224.0.0.0:1",
		"224.0.0.251:1", "239.255.255.255:1", "255.255.255.255:1",
		"[::]:1", "[::1]:1", "[fe80::]:1", "[fe80::1%2]:1",
		"[febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:1", "[ff00::]:1",
		"[ff02::1%2]:1", "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:1",
		"[::ffff:0.0.0.0]:1", "[::ffff:127.0.0.1]:1",
		"[::ffff:169.254.1.1]:1", "[::ffff:224.0.0.1]:1",
		"[::ffff:255.255.255.255]:1" };
	static const char *const common[] = { "0.0.0.1:1", "126.255.255.255:1",
		"128.0.0.0:1", "169.253.255.255:1", "169.255.0.0:1",
		"223.255.255.255:1", "240.0.0.0:1", "255.255.255.254:1",
		"[::2]:1", "[::127.0.0.1]:1", "[fe7f:ffff::]:1", "[fec0::]:1",
		"[feff:ffff::]:1", "[::fffe:7f00:1]:1",
		"[::ffff:126.0.0.1]:1" };
	static const char *const wide[] = { "*:1", "*:*", "0.0.0.0/0:1",
		"[::]/0:1", "0.0.0.0/1:1", "128.0.0.0/1:1", "64.0.0.0/2:1",
		"126.0.0.0/7:1", "169.0.0.0/8:1", "169.254.0.0/15:1",
		"192.0.0.0/2:1", "224.0.0.0/3:1", "0.0.0.0/31:1",
		"255.255.255.254/31:1", "[::]/127:1", "[fe80::]/9:1",
		"[fe00::]/7:1", "[::ffff:0.0.0.0]/96:1" };
	struct psd_endpoint endpoint;
	struct psd_reach reach;

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(wide); i++) {
		reach = reach_of(wide[i]);
		for (size_t k = 0; k < PSD_ELEMENTS(special); k++) {
			assert_int_equal(psd_endpoint_parse(special[k],
					     &endpoint),
			    0);
			if (psd_reach_covers(&reach, &endpoint))
				fail_msg("%s and %s", wide[i], special[k]);
		}
	}
	reach = reach_of("*:1");
	for (size_t k = 0; k < PSD_ELEMENTS(special); k++) {
		(void)psd_endpoint_parse(special[k], &endpoint);
		assert_true(psd_reach_touches(&reach, &endpoint));
	}
	for (size_t k = 0; k < PSD_ELEMENTS(common); k++) {
		(void)psd_endpoint_parse(common[k], &endpoint);
		if (!psd_reach_covers(&reach, &endpoint))
			fail_msg("%s", common[k]);
	}
}

static void
special_addresses_are_covered_where_they_are_named(void **state)
{
	static const struct judged cases[] = {
		{ "127.0.0.1:1", "127.0.0.1:1", true, true },
		{ "127.0.0.1:1", "127.0.0.2:1", false, false },
		{ "127.0.0.0/8:1", "127.255.255.255:1", true, true },
		{ "127.0.0.0/8:1", "[::ffff:127.9.9.9]:1", true, true },
		{ "127.0.0.0/9:1", "127.127.255.255:1", true, true },
		{ "127.0.0.0/8:1", "[::1]:1", false, false },
		{ "[::1]:1", "[::1]:1", true, true },
		{ "[::1]:1", "127.0.0.1:1", false, false },
		{ "[::ffff:127.0.0.0]/104:1", "127.0.0.1:1", true, true },
		{ "169.254.0.0/16:1", "169.254.1.1:1", true, true },
		{ "169.254.1.0/24:1", "169.254.1.1:1", true, true },
		{ "[fe80::]/10:1", "[febf::1%9]:1", true, true },
		{ "[fe80::]/64:1", "[fe80::1]:1", true, true },
		{ "[fe80::1]:1", "[fe80::1%3]:1", true, true },
		{ "0.0.0.0:1", "0.0.0.0:1", true, true },
		{ "0.0.0.0:1", "127.0.0.1:1", false, false },
		{ "0.0.0.0:1", "[::]:1", false, false },
		{ "[::]:1", "[::]:1", true, true },
		{ "[::]:1", "[::1]:1", false, false },
		{ "224.0.0.0/4:1", "239.255.255.255:1", true, true },
		{ "224.0.0.251:1", "224.0.0.251:1", true, true },
		{ "255.255.255.255:1", "255.255.255.255:1", true, true },
		{ "[ff00::]/8:1", "[ff02::fb%1]:1", true, true },
		{ "[ff02::fb]:1", "[ff02::fb%1]:1", true, true },
	};

	(void)state;
	judge(cases, PSD_ELEMENTS(cases));
}

static void
ports_are_covered_as_listed(void **state)
{
	static const struct judged cases[] = {
		{ "192.0.2.1:*", "192.0.2.1:0", true, true },
		{ "192.0.2.1:*", "192.0.2.1:1", true, true },
		{ "192.0.2.1:*", "192.0.2.1:65535", true, true },
		{ "192.0.2.1:0", "192.0.2.1:0", true, true },
		{ "192.0.2.1:0", "192.0.2.1:1", false, false },
		{ "192.0.2.1:1", "192.0.2.1:0", false, false },
		{ "192.0.2.1:1-65535", "192.0.2.1:0", false, false },
		{ "192.0.2.1:1-65535", "192.0.2.1:1", true, true },
		{ "192.0.2.1:1-65535", "192.0.2.1:65535", true, true },
		{ "192.0.2.1:8000-8099", "192.0.2.1:7999", false, false },
		{ "192.0.2.1:8000-8099", "192.0.2.1:8000", true, true },
		{ "192.0.2.1:8000-8099", "192.0.2.1:8099", true, true },
		{ "192.0.2.1:8000-8099", "192.0.2.1:8100", false, false },
		{ "192.0.2.1:80,443,8000-8001", "192.0.2.1:443", true, true },
		{ "192.0.2.1:80,443,8000-8001", "192.0.2.1:8001", true, true },
		{ "192.0.2.1:80,443,8000-8001", "192.0.2.1:81", false, false },
		{ "192.0.2.1:65535", "192.0.2.1:65535", true, true },
	};

	(void)state;
	judge(cases, PSD_ELEMENTS(cases));
}

static int
sign(int way)
{
	return (way > 0) - (way < 0);
}

/* In their order. */
static void
lines_have_an_order_in_which_no_two_are_equal(void **state)
{
	static const char *const lines[] = {
		"192.0.2.0/24:80",
		"192.0.3.0/24:80",
		"192.0.3.0/24:81",
		"192.0.3.0/24:80,81",
		"192.0.3.0/24:*",
		"192.0.2.1:80",
		"[2001:db8::]/32:80",
		"[2001:db8::1]:80",
		"*:80",
		"*:*",
	};

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(lines); i++) {
		const struct psd_reach one = reach_of(lines[i]);

		assert_int_equal(sign(psd_reach_order(NULL, &one)), -1);
		assert_int_equal(sign(psd_reach_order(&one, NULL)), 1);
		for (size_t k = 0; k < PSD_ELEMENTS(lines); k++) {
			const struct psd_reach other = reach_of(lines[k]);

			if (sign(psd_reach_order(&one, &other)) !=
			    (i > k) - (i < k))
				fail_msg("%s and %s", lines[i], lines[k]);
		}
	}
	assert_int_equal(psd_reach_order(NULL, NULL), 0);
}

static void
what_is_too_long_is_refused(void **state)
{
	char text[1024] = "*:1";
	struct psd_reach reach;

	(void)state;
	for (size_t at = strlen(text); at < sizeof(text) - 2; at += 2)
		memcpy(text + at, ",1", 3);
	assert_string_equal(psd_reach_parse(text, &reach),
	    "there are too many ports");
	text[strlen("*:1") + 2 * PSD_REACH_PORTS_MAX] = '\0';
	assert_string_equal(psd_reach_parse(text, &reach),
	    "there are too many ports");
	text[strlen("*:1") + 2 * (PSD_REACH_PORTS_MAX - 1)] = '\0';
	assert_null(psd_reach_parse(text, &reach));
	(void)snprintf(text, sizeof(text), "%0200d:80", 1);
	assert_string_equal(psd_reach_parse(text, &reach),
	    "the address is too long");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_are_covered_by_their_prefixes),
		cmocka_unit_test(
		    special_addresses_are_not_what_a_wildcard_means),
		cmocka_unit_test(
		    special_addresses_are_covered_where_they_are_named),
		cmocka_unit_test(ports_are_covered_as_listed),
		cmocka_unit_test(lines_have_an_order_in_which_no_two_are_equal),
		cmocka_unit_test(what_is_too_long_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
