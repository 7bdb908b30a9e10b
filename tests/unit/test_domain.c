/* SPDX-License-Identifier: ISC */
/* Names of hosts: their spelling and patterns. */
#include "common/mem.h"
#include "policy/domain.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void
every_spelling_becomes_the_one(void **state)
{
	static const char *const cases[][2] = {
		{ "www.example.org", "/www/example/org" },
		{ "WWW.Example.ORG.", "/www/example/org" },
		{ "localhost", "/localhost" },
		{ "_ldap._tcp.x-y.org", "/_ldap/_tcp/x-y/org" },
		{ "1.2.3.in-addr.arpa", "/1/2/3/in-addr/arpa" },
		{ "1.2.3.4a", "/1/2/3/4a" },
		{ "0x7g", "/0x7g" },
	};

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++) {
		char name[PSD_DOMAIN_SIZE], again[PSD_DOMAIN_SIZE];

		assert_true(
		    psd_domain_name(cases[i][0], strlen(cases[i][0]), name));
		assert_string_equal(name, cases[i][1]);
		psd_domain_dot(name);
		assert_true(psd_domain_name(name, strlen(name), again));
		assert_string_equal(again, cases[i][1]);
	}
}

static void
what_is_no_name_is_not_spelt(void **state)
{
	static const char *const no_names[] = { "", ".", "..", "a..b", ".a",
		"a..", "a b", "a/b", "a*", "a?", "[a]", "a:b", "::1", "a,b",
		"a@b", "\xc3\xa4.de", "127.0.0.1", "127.1", "1", "0x7f000001",
		"0X7F.1", "017700000001", "1.2.3.4.", "0x", "fe80::1%eth0",
		"a\nb" };
	char name[PSD_DOMAIN_SIZE], longest[300];

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(no_names); i++)
		if (psd_domain_name(no_names[i], strlen(no_names[i]), name))
			fail_msg("%s", no_names[i]);
	assert_false(psd_domain_name("a.b\0c", 5, name));
	assert_false(psd_domain_name(NULL, 0, name));
	memset(longest, 'a', sizeof(longest));
	assert_true(psd_domain_name(longest, 63, name));
	assert_false(psd_domain_name(longest, 64, name));
	for (size_t i = 3; i < sizeof(longest); i += 4)
		longest[i] = '.';
	assert_true(psd_domain_name(longest, 253, name));
	assert_false(psd_domain_name(longest, 255, name));
	assert_false(psd_domain_name(longest, sizeof(longest), name));
}

static void
patterns_cover_by_whole_labels(void **state)
{
	static const struct {
		const char *pattern;
		const char *name;
		bool covers;
	} cases[] = {
		{ "www.example.org", "www.example.org", true },
		{ "WWW.example.org.", "www.EXAMPLE.org", true },
		{ "www.example.org", "www.example.org.evil.net", false },
		{ "www.example.org", "awww.example.org", false },
		{ "www.example.org", "wwwxexample.org", false },
		{ "*.example.org", "www.example.org", true },
		{ "*.example.org", "example.org", false },
		{ "*.example.org", "a.b.example.org", false },
		{ "*.example.org", "badexample.org", false },
		{ "*.example.org", "x.badexample.org", false },
		{ "**.example.org", "example.org", true },
		{ "**.example.org", "a.b.example.org", true },
		{ "**.example.org", "badexample.org", false },
		{ "db?.example.org", "db7.example.org", true },
		{ "db?.example.org", "db.example.org", false },
		{ "db*.example.org", "db.x.example.org", false },
		{ "*", "localhost", true },
		{ "*", "a.b", false },
		{ "**", "a.b", true },
		{ "**", "localhost", true },
	};

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++) {
		char pattern[PSD_DOMAIN_SIZE], name[PSD_DOMAIN_SIZE];

		assert_null(psd_domain_pattern(cases[i].pattern, pattern));
		assert_true(psd_domain_name(cases[i].name,
		    strlen(cases[i].name), name));
		if (psd_domain_match(pattern, name) != cases[i].covers)
			fail_msg("%s and %s", cases[i].pattern, cases[i].name);
	}
}

static void
what_is_no_pattern_is_told(void **state)
{
	static const char *const bad[] = { "", ".", "a..b", "a b", "a/b",
		"[ab].org", "a,b", "127.0.0.1", "*.1", "a**.org", "***.org",
		"192.0.2.0/24", "::1" };
	char pattern[PSD_DOMAIN_SIZE];

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(bad); i++)
		if (psd_domain_pattern(bad[i], pattern) == NULL)
			fail_msg("%s", bad[i]);
}

static void
a_wider_pattern_contains_a_narrower_one(void **state)
{
	static const struct {
		const char *wider, *narrower;
		bool contains;
	} cases[] = {
		{ "**", "*.example.org", true },
		{ "*.example.org", "www.example.org", true },
		{ "*.example.org", "**.example.org", false },
		{ "www.example.org", "*.example.org", false },
	};

	(void)state;
	assert_true(psd_domain_contains(NULL, NULL));
	assert_false(psd_domain_contains("/a", NULL));
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++) {
		char wider[PSD_DOMAIN_SIZE], narrower[PSD_DOMAIN_SIZE];

		assert_null(psd_domain_pattern(cases[i].wider, wider));
		assert_null(psd_domain_pattern(cases[i].narrower, narrower));
		if (psd_domain_contains(wider, narrower) != cases[i].contains)
			fail_msg("%s and %s", cases[i].wider,
			    cases[i].narrower);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_spelling_becomes_the_one),
		cmocka_unit_test(what_is_no_name_is_not_spelt),
		cmocka_unit_test(patterns_cover_by_whole_labels),
		cmocka_unit_test(what_is_no_pattern_is_told),
		cmocka_unit_test(a_wider_pattern_contains_a_narrower_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
