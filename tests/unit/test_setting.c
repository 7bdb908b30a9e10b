/* SPDX-License-Identifier: ISC */
/* Names of kernel settings: their spelling and patterns. */
#include "common/kind.h"
#include "common/mem.h"
#include "policy/setting.h"
#include "tests/unit/setting_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void
every_spelling_becomes_the_one(void **state)
{
	static const char *const cases[][2] = {
		{ "net.ipv4.ip_forward", "net/ipv4/ip_forward" },
		{ "net/ipv4/ip_forward", "net/ipv4/ip_forward" },
		{ "net.ipv4.conf.eth0/100.mtu", "net/ipv4/conf/eth0.100/mtu" },
		{ "net/ipv4/conf/eth0.100/mtu", "net/ipv4/conf/eth0.100/mtu" },
		{ "kernel", "kernel" },
		{ "a./b", "a/.b" },
		{ "a/...", "a/..." },
	};

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++) {
		char name[PSD_SETTING_MAX + 1], again[PSD_SETTING_MAX + 1];

		assert_true(
		    psd_setting_name(cases[i][0], strlen(cases[i][0]), name));
		assert_string_equal(name, cases[i][1]);
		psd_setting_dot(name);
		assert_true(psd_setting_name(name, strlen(name), again));
		assert_string_equal(again, cases[i][1]);
	}
}

static void
what_is_no_name_is_not_spelt(void **state)
{
	char name[PSD_SETTING_MAX + 1], longest[PSD_SETTING_MAX + 2];

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(no_names); i++)
		if (psd_setting_name(no_names[i], strlen(no_names[i]), name))
			fail_msg("%s", no_names[i]);
	assert_false(psd_setting_name("a.b\0c", 5, name));
	assert_false(psd_setting_name(NULL, 0, name));
	assert_true(psd_setting_name("fs.binfmt_miscellany", 20, name));
	memset(longest, 'a', sizeof(longest));
	assert_false(psd_setting_name(longest, PSD_SETTING_MAX + 1, name));
	assert_true(psd_setting_name(longest, PSD_SETTING_MAX, name));
}

static void
patterns_cover_by_whole_components(void **state)
{
	static const struct {
		const char *pattern;
		const char *name;
		bool covers;
	} cases[] = {
		{ "net.ipv4.ip_forward", "net.ipv4.ip_forward", true },
		{ "net.ipv4.ip_forward", "net/ipv4/ip_forward", true },
		{ "net.ipv4.ip_forward", "net.ipv4.ip_forward_x", false },
		{ "net.ipv4.ip_forward", "net.ipv4.ip_forwar", false },
		{ "net.ipv4.ip_forward", "net.ipv4", false },
		{ "net.ipv4", "net.ipv4.ip_forward", false },
		{ "net.ipv4.*", "net.ipv4.ip_forward", true },
		{ "net.ipv4.*", "net.ipv4", false },
		{ "net.ipv4.*", "net.ipv4.conf.all", false },
		{ "net.*.x", "net.ipv4.x", true },
		{ "net.*.x", "net.ipv4.y", false },
		{ "net.ipv4.conf.*.mtu", "net.ipv4.conf.e/1.mtu", true },
		{ "net/ipv4/conf/e.1/mtu", "net.ipv4.conf.e/1.mtu", true },
		{ "net.**", "net", true },
		{ "net.**", "net.ipv4.conf.all.mtu", true },
		{ "net.**", "network.x", false },
		{ "net.*.**", "net", false },
		{ "net.*.**", "net.ipv4", true },
		{ "**", "kernel.ostype", true },
		{ "*.ostype", "kernel.ostype", true },
		{ "*", "kernel", true },
		{ "*", "kernel.ostype", false },
	};

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++) {
		char pattern[PSD_SETTING_MAX + 1], name[PSD_SETTING_MAX + 1];

		assert_null(psd_setting_pattern(cases[i].pattern, pattern));
		assert_true(psd_setting_name(cases[i].name,
		    strlen(cases[i].name), name));
		if (psd_setting_match(pattern, name) != cases[i].covers)
			fail_msg("%s and %s", cases[i].pattern, cases[i].name);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_spelling_becomes_the_one),
		cmocka_unit_test(what_is_no_name_is_not_spelt),
		cmocka_unit_test(patterns_cover_by_whole_components),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
