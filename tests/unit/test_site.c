/* SPDX-License-Identifier: ISC */
/* Hosts with ports, and the lines that grant them. */
#include "common/mem.h"
#include "policy/site.h"
#include "tests/support/policy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void
a_site_is_a_name_and_a_port(void **state)
{
	static const char *const bad[] = { "", ":", ":1", "a", "a:", "a:0",
		"a:00", "a:01", "a:65536", "a:99999", "a:100000", "a:-1",
		"a:1 ", "a:1:2", "192.0.2.1:80", "[::1]:80", "a b:1", "*:1",
		"a:*", "a:1,2" };
	char host[PSD_DOMAIN_SIZE];
	uint16_t port;

	(void)state;
	assert_true(psd_site_parse("DB.example.org.:5432", 20, host, &port));
	assert_string_equal(host, "/db/example/org");
	assert_int_equal(port, 5432);
	assert_true(psd_site_parse("a:65535", 7, host, &port));
	assert_int_equal(port, 65535);
	for (size_t i = 0; i < PSD_ELEMENTS(bad); i++)
		if (psd_site_parse(bad[i], strlen(bad[i]), host, &port))
			fail_msg("%s", bad[i]);
	assert_false(psd_site_parse(NULL, 0, host, &port));
}

/* Is a line allowed by a policy, and does it cover the request? */
static bool
covers(const char *line, const char *site)
{
	const struct psd_op_row *row = psd_op_find(PSD_OP_connect_name);
	struct psd_connect_name_req req = {
		.protocol = PSD_PROTOCOL_TCP,
		.site = { site, (uint32_t)strlen(site) },
	};
	struct test_policy policy;
	bool is_allowed;

	test_policy_lines(&policy, line);
	assert_non_null(policy.policy);
	is_allowed =
	    psd_policy_check(policy.policy, NULL, row, &req).is_allowed;
	test_policy_free(&policy);
	return is_allowed;
}

static void
a_line_covers_its_hosts_at_its_ports(void **state)
{
	static const struct {
		const char *line, *site;
		bool covers;
	} cases[] = {
		{ "AllowConnectName=tcp *.org:443", "a.org:443", true },
		{ "AllowConnectName=tcp *.org:443", "a.org:80", false },
		{ "AllowConnectName=tcp *.org:443", "a.net:443", false },
		{ "AllowConnectName=udp *.org:443", "a.org:443", false },
		{ "AllowConnectName=tcp,udp *.org:80,443", "a.org:443", true },
		{ "AllowConnectName=tcp *.org:1-9", "a.org:9", true },
		{ "AllowConnectName=tcp **:*", "a.org:9", true },
		{ "AllowConnectName=tcp a.org:9 to=10.0.0.0/8", "a.org:9",
		    true },
		{ "AllowConnectName=tcp a.org:9 once to=[::1]", "a.org:9",
		    true },
		{ "AllowConnectName=tcp **:*\nDenyConnectName=tcp a.org:*",
		    "a.org:9", false },
		{ "AllowConnectName=tcp **:*\nDenyConnectName=tcp a.org:8",
		    "a.org:9", true },
	};

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++)
		if (covers(cases[i].line, cases[i].site) != cases[i].covers)
			fail_msg("%s and %s", cases[i].line, cases[i].site);
}

static void
what_is_no_line_is_told(void **state)
{
	static const char *const bad[] = { "AllowConnectName=tcp a.org",
		"AllowConnectName=a.org:1", "AllowConnectName=unix a.org:1",
		"AllowConnectName=tcp a.org:1 to=",
		"AllowConnectName=tcp a.org:",
		"AllowConnectName=tcp a.org:1 to=a.org",
		"AllowConnectName=tcp a.org:1 to=10.0.0.0/8:1",
		"AllowConnectName=tcp a.org:1 to=10.0.0.1 to=10.0.0.2",
		"AllowConnectName=tcp 10.0.0.1:1",
		"DenyConnectName=tcp a.org:1 to=10.0.0.1",
		"AllowResolve=a.org to=10.0.0.1" };

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(bad); i++) {
		struct test_policy policy;
		char text[512];

		(void)snprintf(text, sizeof(text), "%s%s\n", TEST_POLICY_HEAD,
		    bad[i]);
		test_policy_load(&policy, text, 0);
		if (policy.policy != NULL)
			fail_msg("%s", bad[i]);
		test_policy_free(&policy);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_site_is_a_name_and_a_port),
		cmocka_unit_test(a_line_covers_its_hosts_at_its_ports),
		cmocka_unit_test(what_is_no_line_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
