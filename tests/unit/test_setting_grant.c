/* SPDX-License-Identifier: ISC */
/* What grants say about kernel settings. */
#include "common/codec.h"
#include "common/mem.h"
#include "policy/explain.h"
#include "policy/widen.h"
#include "tests/support/policy.h"
#include "tests/unit/setting_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void
a_line_with_no_pattern_is_an_error(void **state)
{
	static const struct {
		const char *value;
		const char *says;
	} cases[] = {
		{ "/proc/sys/kernel/ostype", "leave /proc/sys/ out" },
		{ "net.ipv4.conf.eth*.mtu", "a whole component" },
		{ "net.**.mtu", "at the end" },
		{ "net.***", "a whole component" },
		{ "kernel/../x", "components are not" },
		{ "kernel..x", "components are not" },
		{ "kernel.?", "components are not" },
		{ "fs.binfmt_misc.**", "no setting" },
		{ "kernel.ostype follow", "belongs to a path" },
		{ "kernel.ostype kernel.osrelease", "only the words once" },
	};

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++) {
		struct test_policy policy;
		char text[512];

		(void)snprintf(text, sizeof(text),
		    TEST_POLICY_HEAD "AllowReadSysctl=%s\n", cases[i].value);
		test_policy_load(&policy, text, 0);
		assert_null(policy.policy);
		if (strstr(policy.diag.text, cases[i].says) == NULL)
			fail_msg("%s", policy.diag.text);
		test_policy_free(&policy);
	}
}

static void
lines_allow_and_deny_in_any_spelling(void **state)
{
	struct test_policy policy;

	(void)state;
	test_policy_lines(&policy,
	    "AllowReadSysctl=net.ipv4.**\n"
	    "AllowReadSysctl=kernel/ostype once\n"
	    "DenyReadSysctl=net/ipv4/conf/*/mtu");
#define ALLOWS(request) \
	test_policy_ask(policy.policy, NULL, (request)).is_allowed
	assert_true(ALLOWS("read_sysctl net.ipv4.ip_forward"));
	assert_true(ALLOWS("read_sysctl net/ipv4/ip_forward"));
	assert_true(ALLOWS("ReadSysctl kernel.ostype"));
	assert_false(ALLOWS("read_sysctl kernel.osrelease"));
	assert_false(ALLOWS("read_sysctl net.ipv4.conf.e/1.mtu"));
	assert_false(ALLOWS("read_sysctl net.ipv6.ip_forward"));
	/* To read is not to write. */
	assert_false(ALLOWS("write_sysctl net.ipv4.ip_forward 1"));
#undef ALLOWS
	test_policy_free(&policy);
}

static void
what_is_no_name_is_covered_by_no_line(void **state)
{
	const struct psd_op_row *row = psd_op_find(PSD_OP_read_sysctl);
	struct test_policy policy;

	(void)state;
	test_policy_lines(&policy, "AllowReadSysctl=**");
	for (size_t i = 0; i < PSD_ELEMENTS(no_names); i++) {
		const struct psd_read_sysctl_req req = {
			.setting = psd_str_of(no_names[i]),
		};
		char line[256];

		if (psd_policy_check(policy.policy, NULL, row, &req).is_allowed)
			fail_msg("%s", no_names[i]);
		psd_policy_suggest(line, sizeof(line), row, &req);
		assert_int_equal(line[0], '#');
	}
	test_policy_free(&policy);
}

static void
the_suggested_line_allows_this_setting_alone(void **state)
{
	static const char *const names[] = { "net.ipv4.conf.eth0/1.mtu",
		"net/ipv4/conf/eth0.1/mtu", "kernel", "a.b-c_d:e+f", "yes",
		"once.x" };
	const struct psd_op_row *row = psd_op_find(PSD_OP_write_sysctl);
	const struct psd_write_sysctl_req other = {
		.setting = psd_str_of("net.ipv4.conf.eth0.mtu"),
		.value = psd_str_of(""),
	};

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(names); i++) {
		const struct psd_write_sysctl_req req = {
			.setting = psd_str_of(names[i]),
			.value = psd_str_of("1"),
		};
		struct test_policy policy;
		char line[512];

		psd_policy_suggest(line, sizeof(line), row, &req);
		test_policy_lines(&policy, line);
		if (!psd_policy_check(policy.policy, NULL, row, &req)
			 .is_allowed)
			fail_msg("%s", line);
		assert_false(psd_policy_check(policy.policy, NULL, row, &other)
				 .is_allowed);
		test_policy_free(&policy);
	}
}

static enum psd_answer
explain(const struct psd_policy *policy, char *setting, char *ret, size_t size)
{
	const struct psd_str operation = psd_str_of("read_sysctl");
	unsigned char packed[512];
	struct psd_bytes arguments;

	assert_int_equal(psd_explain_pack(&setting, 1, packed, sizeof(packed),
			     &arguments),
	    0);
	return psd_explain(policy, &operation, &arguments, "", ret, size);
}

static void
explain_names_the_deciding_line(void **state)
{
	struct test_policy policy;
	char told[2048];
	char good[] = "net/ipv4/ip_forward", bad[] = "/proc/sys/x";
	char other[] = "kernel/ostype";

	(void)state;
	test_policy_lines(&policy, "AllowReadSysctl=net.ipv4.**");
	assert_int_equal(explain(policy.policy, good, told, sizeof(told)),
	    PSD_ANSWER_ALLOWED);
	assert_non_null(strstr(told, "AllowReadSysctl=net.ipv4.**"));
	assert_int_equal(explain(policy.policy, other, told, sizeof(told)),
	    PSD_ANSWER_REFUSED);
	assert_non_null(
	    strstr(told, "to allow: AllowReadSysctl=kernel.ostype"));
	assert_int_equal(explain(policy.policy, bad, told, sizeof(told)),
	    PSD_ANSWER_UNCLEAR);
	assert_non_null(strstr(told, "net.ipv4.ip_forward"));
	test_policy_free(&policy);
}

struct lines {
	unsigned wider, narrower;
};

static void
count_line(void *cookie, char sign, const char *text)
{
	struct lines *lines = cookie;

	(void)text;
	lines->wider += sign == '+';
	lines->narrower += sign == '-';
}

static void
another_pattern_is_a_difference_and_another_spelling_none(void **state)
{
	struct test_policy older, same, newer;
	struct lines lines = { 0, 0 };

	(void)state;
	test_policy_lines(&older, "AllowReadSysctl=kernel.ostype");
	test_policy_lines(&same, "AllowReadSysctl=kernel/ostype");
	test_policy_lines(&newer, "AllowReadSysctl=kernel.*");
	psd_policy_compare(older.policy, same.policy, count_line, &lines);
	assert_int_equal(lines.wider + lines.narrower, 0);
	psd_policy_compare(older.policy, newer.policy, count_line, &lines);
	assert_int_equal(lines.wider, 1);
	assert_int_equal(lines.narrower, 1);
	test_policy_free(&older);
	test_policy_free(&same);
	test_policy_free(&newer);
}

static bool
is_warned_of(const char *lines)
{
	struct test_policy policy;
	char text[512];
	bool is_warned;

	(void)snprintf(text, sizeof(text), TEST_POLICY_HEAD "%s\n", lines);
	test_policy_load(&policy, text, 0);
	assert_non_null(policy.policy);
	is_warned = policy.diag.text != NULL &&
	    strstr(policy.diag.text, "kernel.core_pattern") != NULL;
	test_policy_free(&policy);
	return is_warned;
}

static void
writing_what_hands_over_the_host_is_warned_of(void **state)
{
	(void)state;
	assert_true(is_warned_of("AllowWriteSysctl=kernel.core_pattern"));
	assert_true(is_warned_of("AllowWriteSysctl=kernel.*"));
	assert_true(is_warned_of("AllowWriteSysctl=**"));
	assert_false(is_warned_of("AllowWriteSysctl=net.**"));
	assert_false(is_warned_of("AllowReadSysctl=**"));
	assert_false(is_warned_of("AllowWriteSysctl=kernel.*\n"
				  "DenyWriteSysctl=kernel.core_pattern"));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_with_no_pattern_is_an_error),
		cmocka_unit_test(lines_allow_and_deny_in_any_spelling),
		cmocka_unit_test(what_is_no_name_is_covered_by_no_line),
		cmocka_unit_test(the_suggested_line_allows_this_setting_alone),
		cmocka_unit_test(explain_names_the_deciding_line),
		cmocka_unit_test(
		    another_pattern_is_a_difference_and_another_spelling_none),
		cmocka_unit_test(writing_what_hands_over_the_host_is_warned_of),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
