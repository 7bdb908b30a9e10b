/* SPDX-License-Identifier: ISC */
/* Policies of servers that are there already: Type=monitor, KeepFDs=. */
#include "common/mem.h"
#include "common/sealed.h"
#include "policy/filter.h"
#include "policy/keep.h"
#include "tests/support/policy.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void
a_monitors_policy_needs_no_program(void **state)
{
	struct test_policy policy;

	(void)state;
	test_policy_load(&policy, "[Helper]\nType=monitor\n", 0);
	assert_non_null(policy.policy);
	assert_int_equal(policy.policy->type, PSD_TYPE_MONITOR);
	assert_null(policy.policy->exec_path);
	assert_int_equal(policy.policy->instances_max, 0);
	assert_int_equal(policy.policy->keep.n, 0);
	test_policy_free(&policy);
}

static void
words_name_kinds_and_numbers(void **state)
{
	static const struct {
		const char *word;
		int result;
		uint32_t kind;
		int number;
	} cases[] = {
		{ "stdio", 0, PSD_KEEP_STDIO, -1 },
		{ "listeners", 0, PSD_KEEP_LISTENERS, -1 },
		{ "sockets", 0, PSD_KEEP_SOCKETS, -1 },
		{ "events", 0, PSD_KEEP_EVENTS, -1 },
		{ "0", 0, 0, 0 },
		{ "65535", 0, 0, 65535 },
		{ "65536", -EINVAL, 0, -1 },
		{ "-1", -EINVAL, 0, -1 },
		{ "3..5", -EINVAL, 0, -1 },
		{ "infinity", -EINVAL, 0, -1 },
		{ "Sockets", -EINVAL, 0, -1 },
		{ "all", -EINVAL, 0, -1 },
		{ "", -EINVAL, 0, -1 },
	};

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++) {
		uint32_t kind = 0;
		int number = -1;

		assert_int_equal(psd_keep_find(cases[i].word, &kind, &number),
		    cases[i].result);
		assert_int_equal(kind, cases[i].kind);
		assert_int_equal(number, cases[i].number);
	}
}

static void
lines_append_and_an_empty_one_takes_back(void **state)
{
	struct test_policy policy;

	(void)state;
	test_policy_load(&policy,
	    "[Helper]\nType=monitor\nKeepFDs=3\nKeepFDs=\nKeepFDs=4 sockets\n"
	    "KeepFDs=stdio\n",
	    0);
	assert_non_null(policy.policy);
	assert_int_equal(policy.policy->keep.n, 3);
	assert_string_equal(policy.policy->keep.at[0].text, "4");
	assert_string_equal(policy.policy->keep.at[2].text, "stdio");
	test_policy_free(&policy);
}

static void
keys_of_a_start_are_refused_and_can_be_taken_back(void **state)
{
	static const char *const lines[] = { "ExecStart=/bin/true",
		"Instances=2", "MemoryMax=1M", "TasksMax=2", "Environment=A=B",
		"Restart=no", "RestartSec=1s", "StartLimitBurst=1",
		"StartLimitIntervalSec=1min" };
	char text[256], told[128];
	struct test_policy policy;

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(lines); i++) {
		const int len = (int)strcspn(lines[i], "=") + 1;

		(void)snprintf(text, sizeof(text),
		    "[Helper]\nType=monitor\n%s\n", lines[i]);
		test_policy_load(&policy, text, 0);
		assert_null(policy.policy);
		(void)snprintf(told, sizeof(told),
		    ":3: %.*s means nothing with Type=monitor", len, lines[i]);
		assert_non_null(strstr(policy.diag.text, told));
		test_policy_free(&policy);
		(void)snprintf(text, sizeof(text),
		    "[Helper]\nType=monitor\n%s\n%.*s\n", lines[i], len,
		    lines[i]);
		test_policy_load(&policy, text, 0);
		assert_non_null(policy.policy);
		test_policy_free(&policy);
	}
}

static void
what_only_a_start_gives_cannot_be_required(void **state)
{
	static const struct {
		const char *layer;
		bool can_be_had;
	} cases[] = {
		{ "uid", true },
		{ "landlock", true },
		{ "filter listener", true },
		{ "namespaces", false },
		{ "uid one-exec", false },
		{ "cgroup", false },
	};
	char text[128];
	struct test_policy policy;

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++) {
		(void)snprintf(text, sizeof(text),
		    "[Helper]\nType=monitor\nRequire=%s\n", cases[i].layer);
		test_policy_load(&policy, text, 0);
		assert_int_equal(policy.policy != NULL, cases[i].can_be_had);
		test_policy_free(&policy);
	}
}

static void
what_takes_other_helpers_cannot_be_granted(void **state)
{
	static const struct {
		const char *line;
		bool is_good;
	} cases[] = {
		{ "AllowResolve=example.org", false },
		{ "AllowRun=other", false },
		{ "AllowCall=other", false },
		{ "DenyResolve=example.org", true },
		{ "AllowConnect=udp 10.0.0.1:53", true },
	};
	char text[128];
	struct test_policy policy;

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++) {
		(void)snprintf(text, sizeof(text),
		    "[Helper]\nType=monitor\n[Policy]\n%s\n", cases[i].line);
		test_policy_load(&policy, text, 0);
		assert_int_equal(policy.policy != NULL, cases[i].is_good);
		if (!cases[i].is_good)
			assert_non_null(strstr(policy.diag.text, ":4: Allow"));
		test_policy_free(&policy);
	}
}

static void
a_started_helper_has_nothing_to_keep(void **state)
{
	struct test_policy policy;

	(void)state;
	test_policy_load(&policy, "[Helper]\nExecStart=/bin/true\nKeepFDs=3\n",
	    0);
	assert_null(policy.policy);
	assert_non_null(
	    strstr(policy.diag.text, ":3: KeepFDs= goes with Type=monitor"));
	test_policy_free(&policy);
}

static void
too_many_words_are_refused(void **state)
{
	char text[1024] = "[Helper]\nType=monitor\n";
	struct test_policy policy;

	(void)state;
	for (int i = 0; i <= PSD_SEALED_NUMBERS_MAX; i++)
		(void)snprintf(text + strlen(text), sizeof(text) - strlen(text),
		    "KeepFDs=1\n");
	test_policy_load(&policy, text, 0);
	assert_null(policy.policy);
	assert_non_null(strstr(policy.diag.text, "at most 64 words"));
	test_policy_free(&policy);
}

/* No exec is to come, so none passes, whatever its descriptor is. */
static void
a_filter_without_an_exec_has_none(void **state)
{
	const struct psd_filter_numbers numbers = { -1, 1025, NULL };
	struct psd_filter *with, *without;
	struct test_policy policy;

	(void)state;
	test_policy_lines(&policy, "");
	with = psd_filter_compile(policy.policy, PSD_FILTER_NOTIFY,
	    &(const struct psd_filter_numbers){ 1024, 1025, NULL },
	    &policy.diag);
	without = psd_filter_compile(policy.policy, PSD_FILTER_NOTIFY, &numbers,
	    &policy.diag);
	assert_non_null(with);
	assert_non_null(without);
	assert_true(without->program.len < with->program.len);
	psd_filter_free(with);
	psd_filter_free(without);
	test_policy_free(&policy);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_monitors_policy_needs_no_program),
		cmocka_unit_test(words_name_kinds_and_numbers),
		cmocka_unit_test(lines_append_and_an_empty_one_takes_back),
		cmocka_unit_test(
		    keys_of_a_start_are_refused_and_can_be_taken_back),
		cmocka_unit_test(what_only_a_start_gives_cannot_be_required),
		cmocka_unit_test(what_takes_other_helpers_cannot_be_granted),
		cmocka_unit_test(a_started_helper_has_nothing_to_keep),
		cmocka_unit_test(too_many_words_are_refused),
		cmocka_unit_test(a_filter_without_an_exec_has_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
