/* SPDX-License-Identifier: ISC */
#include "common/mem.h"
#include "tests/support/policy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static bool
allows(const char *lines, const char *request)
{
	struct test_policy policy;
	bool is_allowed;

	test_policy_lines(&policy, lines);
	is_allowed = test_policy_ask(policy.policy, NULL, request).is_allowed;
	test_policy_free(&policy);
	return is_allowed;
}

static void
policy_without_lines_denies_every_request(void **state)
{
	static const char *const requests[] = { "open read /etc/passwd",
		"stat /", "read_directory /", "log emerg hello", "accept" };
	static const char *const free_ones[] = { "hello 1 1", "ping 7",
		"restrict open" };

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(requests); i++)
		assert_false(allows("", requests[i]));
	for (size_t i = 0; i < PSD_ELEMENTS(free_ones); i++)
		assert_true(allows("", free_ones[i]));
}

struct judged {
	const char *lines;
	const char *request;
	bool is_allowed;
};

static void
check_all(const struct judged *cases, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (allows(cases[i].lines, cases[i].request) !=
		    cases[i].is_allowed)
			fail_msg("%s: %s", cases[i].lines, cases[i].request);
}

static void
one_line_must_cover_all_of_the_request(void **state)
{
	static const struct judged cases[] = {
		{ "AllowOpen=read /a/*", "open read /a/b", true },
		{ "AllowOpen=read /a/*", "open read /a", false },
		{ "AllowOpen=read /a/*", "open read /ab", false },
		{ "AllowOpen=read /a/*", "open read,write /a/b", false },
		{ "AllowOpen=read /a/*\nAllowOpen=write /a/*",
		    "open read,write /a/b", false },
		{ "AllowOpen=read,write /a/*", "open read,write /a/b", true },
		{ "AllowOpen=read,write /a/*", "open write /a/b", true },
		{ "AllowOpen=write /a/*", "open write,truncate /a/b", false },
		{ "AllowOpen=write,truncate /a/*", "open write,truncate /a/b",
		    true },
		{ "AllowOpen=write /a/*", "open append /a/b", false },
		{ "AllowOpen=append /a/*", "open write,append /a/b", false },
		{ "AllowOpen=write /a/*", "open write,create /a/b", false },
		{ "AllowOpen=write,create /a/*", "open write,create /a/b",
		    true },
		{ "AllowOpen=write,create /a/*",
		    "open write,create,exclusive /a/b", true },
		{ "AllowOpen=write /a/*", "open write,exclusive /a/b", false },
		{ "AllowOpen=any /a/*",
		    "open read,write,append,create,exclusive,truncate /a/b",
		    true },
		{ "AllowOpen=any /**", "open read /a/../b", false },
		{ "AllowOpen=any /**", "open read //a", false },
		{ "AllowOpen=any /**", "open read /a/", false },
		/* A grant for one operation is none for another. */
		{ "AllowOpen=any /**", "stat /a", false },
		{ "AllowStat=/**", "open read /a", false },
		{ "AllowStat=/**", "stat /a", true },
		{ "AllowReadDirectory=/a", "read_directory /a 5", true },
		{ "AllowReadDirectory=/a", "read_directory /a/b 5", false },
		{ "AllowAccept=yes", "accept", true },
		{ "AllowLog=info", "log info x", true },
		{ "AllowLog=info", "log emerg x", true },
		{ "AllowLog=info", "log debug x", false },
		{ "AllowLog=emerg", "log alert x", false },
		{ "AllowLog=debug", "log debug x", true },
	};

	(void)state;
	check_all(cases, PSD_ELEMENTS(cases));
}

static void
deny_covers_each_part_of_a_request(void **state)
{
	static const struct judged cases[] = {
		{ "AllowOpen=any /a/**\nDenyOpen=any /a/b", "open read /a/b",
		    false },
		{ "AllowOpen=any /a/**\nDenyOpen=any /a/b", "open read /a/c",
		    true },
		{ "AllowOpen=any /a/**\nDenyOpen=any /a/b", "open read /a/b/c",
		    true },
		{ "AllowOpen=any /a/**\nDenyOpen=any /a/b/**",
		    "open read /a/b/c", false },
		{ "AllowOpen=any /a/**\nDenyOpen=read /a/b", "open write /a/b",
		    true },
		{ "AllowOpen=any /a/**\nDenyOpen=read /a/b",
		    "open read,write /a/b", false },
		{ "AllowOpen=any /**\nDenyOpen=create /**",
		    "open write,create,exclusive /a", false },
		{ "AllowOpen=any /**\nDenyOpen=create /**", "open write /a",
		    true },
		/* Every way to write is writing. */
		{ "AllowOpen=any /**\nDenyOpen=write /**", "open append /a",
		    false },
		{ "AllowOpen=any /**\nDenyOpen=write /**",
		    "open append,create /a", false },
		{ "AllowOpen=any /**\nDenyOpen=write /**",
		    "open read,truncate /a", false },
		{ "AllowOpen=any /**\nDenyOpen=write /**", "open read /a",
		    true },
		{ "AllowOpen=any /**\nDenyOpen=append /**", "open write /a",
		    true },
		{ "AllowLog=debug\nDenyLog=err", "log err x", false },
		{ "AllowLog=debug\nDenyLog=err", "log warning x", true },
		{ "AllowAccept=yes\nDenyAccept=yes", "accept", false },
		{ "AllowStat=/**\nDenyStat=/a/**", "stat /a", false },
		{ "AllowStat=/**\nDenyStat=/a/**", "stat /b", true },
		{ "AllowStat=/**\nDenyOpen=any /a/**", "stat /a", true },
	};

	(void)state;
	check_all(cases, PSD_ELEMENTS(cases));
}

static void
deny_wins_in_any_order(void **state)
{
	static const char *const lines[] = { "AllowOpen=any /a/**",
		"AllowOpen=read /a/b/c", "DenyOpen=read /a/b/*",
		"AllowOpen=read /**" };
	static const unsigned int orders[][4] = { { 0, 1, 2, 3 },
		{ 2, 1, 0, 3 }, { 3, 2, 1, 0 }, { 1, 2, 0, 3 }, { 2, 0, 3, 1 },
		{ 0, 3, 1, 2 } };
	char text[256];

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(orders); i++) {
		struct test_policy policy;
		struct psd_verdict verdict;

		snprintf(text, sizeof(text), "%s\n%s\n%s\n%s",
		    lines[orders[i][0]], lines[orders[i][1]],
		    lines[orders[i][2]], lines[orders[i][3]]);
		test_policy_lines(&policy, text);
		verdict =
		    test_policy_ask(policy.policy, NULL, "open read /a/b/c");
		assert_false(verdict.is_allowed);
		assert_string_equal(verdict.grant->text, lines[2]);
		verdict =
		    test_policy_ask(policy.policy, NULL, "open read /a/c");
		assert_true(verdict.is_allowed);
		test_policy_free(&policy);
	}
}

static void
verdict_names_the_line_that_decides(void **state)
{
	struct test_policy policy;
	struct psd_verdict verdict;

	(void)state;
	test_policy_lines(&policy,
	    "AllowOpen=read /a/**\n\n# x\nAllowOpen=read \\\n /b");
	verdict = test_policy_ask(policy.policy, NULL, "open read /b");
	assert_true(verdict.is_allowed);
	assert_int_equal(verdict.grant->where.line, 8);
	assert_non_null(strstr(verdict.grant->where.file, "/www.policy"));
	assert_string_equal(verdict.grant->text, "AllowOpen=read  /b");
	verdict = test_policy_ask(policy.policy, NULL, "open read /c");
	assert_false(verdict.is_allowed);
	assert_null(verdict.grant);
	verdict = test_policy_ask(policy.policy, NULL, "ping 1");
	assert_true(verdict.is_allowed);
	assert_null(verdict.grant);
	test_policy_free(&policy);
	/* The first one, whatever directories the patterns begin with. */
	test_policy_lines(&policy,
	    "DenyStat=/a/*/c\nDenyStat=/**\nDenyStat=/a/b/c");
	verdict = test_policy_ask(policy.policy, NULL, "stat /a/b/c");
	assert_string_equal(verdict.grant->text, "DenyStat=/a/*/c");
	test_policy_free(&policy);
	test_policy_lines(&policy, "AllowStat=/a/b\nAllowStat=/a/*");
	verdict = test_policy_ask(policy.policy, NULL, "stat /a/b");
	assert_string_equal(verdict.grant->text, "AllowStat=/a/b");
	test_policy_free(&policy);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(policy_without_lines_denies_every_request),
		cmocka_unit_test(one_line_must_cover_all_of_the_request),
		cmocka_unit_test(deny_covers_each_part_of_a_request),
		cmocka_unit_test(deny_wins_in_any_order),
		cmocka_unit_test(verdict_names_the_line_that_decides),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
