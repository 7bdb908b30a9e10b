/* SPDX-License-Identifier: ISC */
/* Addresses and ports as lines of a policy have them. */
#include "common/endpoint.h"
#include "common/mem.h"
#include "policy/reach.h"
#include "tests/support/policy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

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
malformed_reaches_are_refused(void **state)
{
	static const char *const texts[] = { "", ":", "*", "*:", ":80", "80",
		"**:80", "192.0.2.1", "192.0.2.1:", "192.0.2.1:65536",
		"192.0.2.1:65558", "192.0.2.1:4294967376", "192.0.2.1:-1",
		"192.0.2.1:+80", "192.0.2.1:http", "192.0.2.1:80,",
		"192.0.2.1:,80", "192.0.2.1:80,,81", "192.0.2.1:80-",
		"192.0.2.1:-80", "192.0.2.1:81-80", "192.0.2.1:1-65536",
		"192.0.2.1:0-80", "192.0.2.1:1-2-3", "192.0.2.1:*,80",
		"192.0.2.1:80,*", "192.0.2:80", "192.0.2.256:80",
		"192.0.02.1:80", "192.0.2.1/33:80", "192.0.2.1/-1:80",
		"192.0.2.1/:80", "192.0.2.1/a:80", "192.0.2.1/24:80",
		"10.0.0.1/8:80", "10.0.0.0/4:80", "1.0.0.0/0:80",
		"10.0.0.0/255.0.0.0:80", "example.org:80", "localhost:80",
		"*/8:80", "::1:80", "[::1:80", "::1]:80", "[::1]", "[::1]80",
		"[]:80", "[:80", "[127.0.0.1]:80", "[::1]/129:80",
		"[2001:db8::1]/32:80", "[::ffff:10.0.0.0]/95:80",
		"[::ffff:10.0.0.1]/104:80", "[fe80::1%2]:80", "[::1/128]:80",
		"[*]:80", "@any:80", "/run/x:80" };
	struct psd_reach reach;

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(texts); i++)
		if (psd_reach_parse(texts[i], &reach) == NULL)
			fail_msg("%s", texts[i]);
}

static void
only_so_many_ports_are_listed(void **state)
{
	char text[512];
	size_t len = (size_t)snprintf(text, sizeof(text), "192.0.2.1:");
	struct psd_reach reach;

	(void)state;
	for (int i = 0; i < PSD_REACH_PORTS_MAX; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%d",
		    i == 0 ? "" : ",", 100 + i);
	assert_null(psd_reach_parse(text, &reach));
	(void)snprintf(text + len, sizeof(text) - len, ",9");
	assert_non_null(psd_reach_parse(text, &reach));
}

static void
containment_is_never_claimed_too_often(void **state)
{
	static const struct {
		const char *one, *other;
		bool contains;
	} cases[] = {
		{ "*:*", "*:80", true },
		{ "*:80", "*:*", false },
		{ "*:1-65535", "*:*", false },
		{ "*:80-90", "*:80,85,90", true },
		{ "*:80-90", "*:80-91", false },
		{ "*:80", "0.0.0.0/0:80", true },
		{ "0.0.0.0/0:80", "*:80", false },
		{ "10.0.0.0/8:80", "10.1.0.0/16:80", true },
		{ "10.1.0.0/16:80", "10.0.0.0/8:80", false },
		{ "10.0.0.0/8:80", "11.0.0.0/8:80", false },
		{ "*:80", "127.0.0.1:80", false },
		{ "0.0.0.0/0:80", "127.0.0.0/8:80", false },
		{ "127.0.0.0/8:80", "127.0.0.1:80", true },
		{ "[::]/0:80", "[::1]:80", false },
		{ "[::]/0:80", "[2001:db8::]/32:80", true },
		{ "[::]/0:80", "192.0.2.1:80", false },
	};

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++) {
		const struct psd_reach one = reach_of(cases[i].one);
		const struct psd_reach other = reach_of(cases[i].other);

		if (psd_reach_contains(&one, &other) != cases[i].contains)
			fail_msg("%s and %s", cases[i].one, cases[i].other);
	}
	assert_true(psd_reach_contains(NULL, NULL));
}

static void
low_ports_are_noticed(void **state)
{
	static const struct {
		const char *text;
		bool has_low;
	} cases[] = { { "*:*", true }, { "*:80", true }, { "*:1023", true },
		{ "*:1024", false }, { "*:0", false }, { "*:1-65535", true },
		{ "*:1024-65535", false }, { "*:8080,443", true } };

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++) {
		const struct psd_reach reach = reach_of(cases[i].text);

		assert_int_equal(psd_reach_has_low_port(&reach),
		    cases[i].has_low);
	}
}

/* From the words of a policy to a verdict, and what is said of it. */
static void
lines_of_a_policy_decide(void **state)
{
	static const struct {
		const char *request;
		bool is_allowed;
	} cases[] = {
		{ "listen tcp 192.0.2.1:443", true },
		{ "listen tcp [::ffff:192.0.2.1]:443", true },
		{ "listen udp 192.0.2.1:443", false },
		{ "listen unix 192.0.2.1:443", false },
		{ "listen tcp 192.0.2.9:443", false },
		{ "listen tcp 192.0.2.1:444", false },
		{ "listen tcp 127.0.0.1:443", false },
		{ "listen tcp 127.0.0.1:8000", true },
		{ "listen tcp 127.0.0.1:8005", false },
		{ "connect tcp 192.0.2.1:443", true },
		{ "connect udp 192.0.2.1:443", true },
		{ "connect udp 192.0.2.1:53", true },
		{ "connect tcp 192.0.2.1:53", false },
		{ "connect udp 127.0.0.1:53", false },
		{ "connect unix 192.0.2.1:443", false },
	};
	static const char lines[] = "AllowListen=tcp *:443\n"
				    "AllowListen=tcp 127.0.0.1:8000-8010\n"
				    "DenyListen=tcp 192.0.2.8/29:*\n"
				    "DenyListen=tcp *:8005\n"
				    "AllowConnect=tcp,udp 192.0.2.0/24:443\n"
				    "AllowConnect=udp *:53\n";
	struct test_policy policy;

	(void)state;
	test_policy_lines(&policy, lines);
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++)
		if (test_policy_ask(policy.policy, NULL, cases[i].request)
			.is_allowed != cases[i].is_allowed)
			fail_msg("%s", cases[i].request);
	test_policy_free(&policy);
}

static void
suggested_line_allows_exactly_the_endpoint(void **state)
{
	static const char *const endpoints[] = { "192.0.2.1:443", "0.0.0.0:0",
		"127.0.0.1:1", "[::]:80", "[::1]:65535", "[fe80::1%2]:80",
		"[ff02::fb%1]:5353", "[2001:db8::1]:1",
		"[::ffff:192.0.2.7]:443" };
	const struct psd_op_row *row = psd_op_find(PSD_OP_listen);

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(endpoints); i++) {
		struct psd_listen_req req = { .protocol = PSD_PROTOCOL_TCP };
		struct test_policy policy;
		char line[256];

		(void)psd_endpoint_parse(endpoints[i], &req.endpoint);
		psd_policy_suggest(line, sizeof(line), row, &req);
		test_policy_lines(&policy, line);
		if (!psd_policy_check(policy.policy, NULL, row, &req)
			 .is_allowed)
			fail_msg("%s", line);
		req.endpoint.port ^= 1;
		assert_false(psd_policy_check(policy.policy, NULL, row, &req)
				 .is_allowed);
		req.endpoint.port ^= 1;
		req.endpoint.address[3] ^= 1;
		assert_false(psd_policy_check(policy.policy, NULL, row, &req)
				 .is_allowed);
		test_policy_free(&policy);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(malformed_reaches_are_refused),
		cmocka_unit_test(only_so_many_ports_are_listed),
		cmocka_unit_test(containment_is_never_claimed_too_often),
		cmocka_unit_test(low_ports_are_noticed),
		cmocka_unit_test(lines_of_a_policy_decide),
		cmocka_unit_test(suggested_line_allows_exactly_the_endpoint),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
