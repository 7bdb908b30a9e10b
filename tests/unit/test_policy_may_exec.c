/* SPDX-License-Identifier: ISC */
#include "common/mem.h"
#include "policy/filter.h"
#include "policy/may_exec.h"
#include "tests/support/policy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void
lines_append_and_an_empty_one_takes_them_back(void **state)
{
	struct test_policy policy;
	const struct psd_words *words;

	(void)state;
	test_policy_lines(&policy,
	    "AllowExec=/bin/no\nAllowExec=\nAllowExec=/bin/true -/bin/b\n"
	    "AllowExec=\"/bin/with blank\"");
	words = &policy.policy->may_exec;
	assert_int_equal(words->n, 3);
	assert_string_equal(words->at[0].text, "/bin/true");
	assert_int_equal(words->at[0].where.line, 7);
	assert_false(words->at[0].may_be_missing);
	assert_string_equal(words->at[1].text, "/bin/b");
	assert_true(words->at[1].may_be_missing);
	assert_string_equal(words->at[2].text, "/bin/with blank");
	assert_int_equal(words->at[2].where.line, 8);
	test_policy_free(&policy);
}

struct told {
	const char *lines;
	unsigned flags;
	const char *text;
};

static void
what_is_no_program_is_an_error(void **state)
{
	static const struct told cases[] = {
		{ "AllowExec=true", 0, "\"true\" is no absolute path" },
		{ "AllowExec=-true", 0, "\"true\" is no absolute path" },
		{ "AllowExec=-", 0, "\"\" is no absolute path" },
		{ "AllowExec=--/bin/true", 0, "no absolute path" },
		{ "AllowExec=/", 0, "no absolute path" },
		{ "AllowExec=/bin/../bin/true", 0, "no absolute path" },
		{ "AllowExec=/bin//true", 0, "no absolute path" },
		{ "AllowExec=/bin/", 0, "no absolute path" },
		{ "AllowExec=\"/bin/true", 0, "quotes go around" },
		{ "AllowExec=/no/such", PSD_LOAD_HOLD, "No such file" },
		{ "AllowExec=/etc", PSD_LOAD_HOLD, "not an executable file" },
		{ "AllowExec=-/etc", PSD_LOAD_HOLD, "not an executable file" },
		{ "AllowExec=/etc/passwd", PSD_LOAD_HOLD,
		    "not an executable file" },
		{ "AllowExec=/etc/passwd/x", PSD_LOAD_HOLD, "Not a directory" },
		{ "DenyExec=/bin/true", 0, "there is no key DenyExec=" },
	};

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++) {
		struct test_policy policy;
		char text[512];

		(void)snprintf(text, sizeof(text), TEST_POLICY_HEAD "%s\n",
		    cases[i].lines);
		test_policy_load(&policy, text, cases[i].flags);
		assert_null(policy.policy);
		if (strstr(policy.diag.text, cases[i].text) == NULL ||
		    strstr(policy.diag.text, "www.policy:5: ") == NULL)
			fail_msg("%s: %s", cases[i].lines, policy.diag.text);
		test_policy_free(&policy);
	}
}

static void
number_of_programs_is_bounded(void **state)
{
	struct test_policy policy;
	char text[4096];
	size_t len;

	(void)state;
	len =
	    (size_t)snprintf(text, sizeof(text), TEST_POLICY_HEAD "AllowExec=");
	for (int i = 0; i < PSD_MAY_EXEC_MAX; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len,
		    "/bin/%d ", i);
	test_policy_load(&policy, text, 0);
	assert_non_null(policy.policy);
	test_policy_free(&policy);
	(void)snprintf(text + len, sizeof(text) - len, "/bin/more");
	test_policy_load(&policy, text, 0);
	assert_null(policy.policy);
	assert_non_null(strstr(policy.diag.text, "at most 64 programs"));
	test_policy_free(&policy);
}

static void
it_is_told_to_be_weaker_and_contradicts_one_exec(void **state)
{
	static const char weaker[] =
	    "www.policy:5: warning: AllowExec= lets the helper start "
	    "programs: weaker than one exec\n";
	struct test_policy policy;

	(void)state;
	test_policy_lines(&policy, "AllowExec=/bin/true");
	assert_non_null(strstr(policy.diag.text, weaker));
	assert_int_equal(policy.diag.warnings, 1);
	test_policy_free(&policy);
	test_policy_lines(&policy, "AllowExec=/bin/true\nAllowExec=");
	assert_int_equal(policy.diag.warnings, 0);
	test_policy_free(&policy);
	test_policy_load(&policy,
	    "[Helper]\nExecStart=/bin/true\nRequire=uid\nRequire=one-exec\n"
	    "[Policy]\nSystemCallFilter=@helper\nAllowExec=/bin/true\n",
	    0);
	assert_null(policy.policy);
	assert_non_null(
	    strstr(policy.diag.text, "www.policy:4: Require=one-exec"));
	assert_non_null(strstr(policy.diag.text, "in line 7 of "));
	test_policy_free(&policy);
}

static void
program_that_the_helper_may_write_is_warned_of(void **state)
{
	static const struct told cases[] = {
		{ "AllowOpen=write /srv/**", 1, NULL },
		{ "AllowOpen=append,create /srv/bin/*", 1, NULL },
		{ "AllowRename=/srv/**", 1, NULL },
		{ "AllowOpen=read /srv/**", 0, NULL },
		{ "AllowOpen=write /srv/**\nDenyOpen=write /srv/bin/**", 0,
		    NULL },
	};

	static const char told[] =
	    "lets the helper change /srv/bin/x (a program that AllowExec= lets "
	    "it start)";

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++) {
		struct test_policy policy;
		char text[512];

		(void)snprintf(text, sizeof(text), "AllowExec=/srv/bin/x\n%s",
		    cases[i].lines);
		test_policy_lines(&policy, text);
		assert_int_equal(strstr(policy.diag.text, told) != NULL,
		    cases[i].flags);
		test_policy_free(&policy);
	}
}

static void
count_exec(void *cookie, const char *call, const char *rule, const char *group)
{
	unsigned *n = cookie;

	(void)rule;
	if (strcmp(call, "execve") != 0 && strcmp(call, "execveat") != 0)
		return;
	assert_string_equal(group, "AllowExec=");
	++*n;
}

static void
filter_lists_both_calls_with_their_key(void **state)
{
	struct test_policy policy;
	unsigned n = 0;

	(void)state;
	test_policy_lines(&policy, "AllowExec=/bin/true");
	assert_int_equal(psd_filter_list(policy.policy, count_exec, &n), 0);
	assert_int_equal(n, 2);
	test_policy_free(&policy);
	n = 0;
	test_policy_lines(&policy, "SystemCallFilter=@processes");
	assert_int_equal(psd_filter_list(policy.policy, count_exec, &n), 0);
	assert_int_equal(n, 0);
	test_policy_free(&policy);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_append_and_an_empty_one_takes_them_back),
		cmocka_unit_test(what_is_no_program_is_an_error),
		cmocka_unit_test(number_of_programs_is_bounded),
		cmocka_unit_test(
		    it_is_told_to_be_weaker_and_contradicts_one_exec),
		cmocka_unit_test(
		    program_that_the_helper_may_write_is_warned_of),
		cmocka_unit_test(filter_lists_both_calls_with_their_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
