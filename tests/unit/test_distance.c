/* SPDX-License-Identifier: ISC */
/* How far the clock may move: max= in grants, explain and suggestions. */
#include "common/codec.h"
#include "common/mem.h"
#include "policy/distance.h"
#include "policy/explain.h"
#include "policy/widen.h"
#include "tests/support/policy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void
distances_have_no_sign_and_no_overflow(void **state)
{
	(void)state;
	assert_int_equal(psd_distance(PSD_KIND_offset, 0), 0);
	assert_int_equal(psd_distance(PSD_KIND_offset, -5), 5);
	assert_true(psd_distance(PSD_KIND_offset, INT64_MIN) ==
	    (uint64_t)INT64_MAX + 1);
	assert_true(psd_distance(PSD_KIND_offset, INT64_MAX) == INT64_MAX);
	/* From now, which is behind 1970 and before 2262. */
	assert_true(psd_distance(PSD_KIND_moment, INT64_MIN) > INT64_MAX);
	assert_true(psd_distance(PSD_KIND_moment, INT64_MAX) < INT64_MAX);
}

static void
a_line_with_no_bound_after_max_is_an_error(void **state)
{
	static const struct {
		const char *line;
		const char *says;
	} cases[] = {
		{ "AllowAdjustClock=yes max=", "a span of time" },
		{ "AllowAdjustClock=yes max=-1s", "a span of time" },
		{ "AllowAdjustClock=yes max=5apples", "a span of time" },
		{ "AllowAdjustClock=yes max=0", "more than 0" },
		{ "AllowAdjustClock=yes max=infinity", "more than 0" },
		{ "AllowSetClock=yes max=10000000000s", "more than 0" },
		{ "AllowSetClock=yes max=1s max=2s", "twice" },
		{ "AllowSetClock=yes follow", "belongs to a path" },
		{ "AllowSetClock=yes maximum", "max=SPAN" },
		{ "AllowSetClock=no", "leave the line out" },
		{ "DenySetClock=yes max=1s", "nothing may follow" },
		{ "AllowAccept=yes max=1s", "only the words once" },
		{ "AllowReadSysctl=a.b max=1s", "only the words once" },
		{ "AllowStat=/tmp/** max=1s", "owner=USER" },
	};

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++) {
		struct test_policy policy;
		char text[512];

		(void)snprintf(text, sizeof(text), TEST_POLICY_HEAD "%s\n",
		    cases[i].line);
		test_policy_load(&policy, text, 0);
		assert_null(policy.policy);
		if (strstr(policy.diag.text, cases[i].says) == NULL)
			fail_msg("%s", policy.diag.text);
		test_policy_free(&policy);
	}
}

static void
explain_and_the_policy_judge_alike(void **state)
{
	struct test_policy policy;

	(void)state;
	test_policy_lines(&policy,
	    "AllowAdjustClock=yes max=500ms\nAllowSetClock=yes max=1h");
#define ALLOWS(request) \
	test_policy_ask(policy.policy, NULL, (request)).is_allowed
	assert_true(ALLOWS("adjust_clock 0"));
	assert_true(ALLOWS("adjust_clock 500ms"));
	assert_true(ALLOWS("adjust_clock -0.5s"));
	assert_false(ALLOWS("adjust_clock 500001us"));
	assert_false(ALLOWS("adjust_clock -501ms"));
	assert_false(ALLOWS("adjust_clock 1h"));
	assert_false(ALLOWS("set_clock 0"));
	assert_false(ALLOWS("set_clock 9223372036854775807"));
#undef ALLOWS
	test_policy_free(&policy);
}

static void
the_suggested_line_allows_this_offset_and_none_beyond(void **state)
{
	static const int64_t offsets[] = { 0, 1000, -1000, 1500000,
		-2000000000000, 123456789000 };
	const struct psd_op_row *row = psd_op_find(PSD_OP_adjust_clock);

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(offsets); i++) {
		const struct psd_adjust_clock_req req = {
			.offset = offsets[i],
		};
		const struct psd_adjust_clock_req more = {
			.offset = offsets[i] < 0 ? offsets[i] - 2000
						 : offsets[i] + 2000,
		};
		struct test_policy policy;
		char line[256];

		psd_policy_suggest(line, sizeof(line), row, &req);
		test_policy_lines(&policy, line);
		if (!psd_policy_check(policy.policy, NULL, row, &req)
			 .is_allowed)
			fail_msg("%s", line);
		if (psd_policy_check(policy.policy, NULL, row, &more)
			.is_allowed)
			fail_msg("%s", line);
		test_policy_free(&policy);
	}
}

static void
the_suggested_line_for_a_moment_is_good_while_it_is_pasted(void **state)
{
	static const int64_t moments[] = { 0, 1700000000000000000, INT64_MAX,
		INT64_MIN };
	const struct psd_op_row *row = psd_op_find(PSD_OP_set_clock);

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(moments); i++) {
		const struct psd_set_clock_req req = { .time = moments[i] };
		struct test_policy policy;
		char line[256];

		psd_policy_suggest(line, sizeof(line), row, &req);
		test_policy_lines(&policy, line);
		if (!psd_policy_check(policy.policy, NULL, row, &req)
			 .is_allowed)
			fail_msg("%s", line);
		test_policy_free(&policy);
	}
}

static enum psd_answer
explain(const struct psd_policy *policy, char *offset, char *ret, size_t size)
{
	const struct psd_str operation = psd_str_of("AdjustClock");
	unsigned char packed[512];
	struct psd_bytes arguments;

	assert_int_equal(psd_explain_pack(&offset, offset == NULL ? 0 : 1,
			     packed, sizeof(packed), &arguments),
	    0);
	return psd_explain(policy, &operation, &arguments, "", ret, size);
}

static void
explain_tells_the_line_with_a_wider_bound(void **state)
{
	char good[] = "-1ms", far[] = "2s", bad[] = "soon", back[] = "--1s";
	struct test_policy policy;
	char told[2048];

	(void)state;
	test_policy_lines(&policy, "AllowAdjustClock=yes max=500ms");
	assert_int_equal(explain(policy.policy, good, told, sizeof(told)),
	    PSD_ANSWER_ALLOWED);
	assert_non_null(strstr(told, "max=500ms"));
	assert_int_equal(explain(policy.policy, far, told, sizeof(told)),
	    PSD_ANSWER_REFUSED);
	assert_non_null(
	    strstr(told, "to allow: AllowAdjustClock=yes max=2000000us"));
	assert_int_equal(explain(policy.policy, bad, told, sizeof(told)),
	    PSD_ANSWER_UNCLEAR);
	assert_int_equal(explain(policy.policy, back, told, sizeof(told)),
	    PSD_ANSWER_UNCLEAR);
	assert_int_equal(explain(policy.policy, NULL, told, sizeof(told)),
	    PSD_ANSWER_UNCLEAR);
	test_policy_free(&policy);
}

static void
count_line(void *cookie, char sign, const char *text)
{
	unsigned *lines = cookie;

	(void)sign;
	(void)text;
	(*lines)++;
}

static void
another_bound_is_a_difference(void **state)
{
	struct test_policy older, same, newer;
	unsigned lines = 0;

	(void)state;
	test_policy_lines(&older, "AllowSetClock=yes max=60s");
	test_policy_lines(&same, "AllowSetClock=yes max=1min");
	test_policy_lines(&newer, "AllowSetClock=yes max=2min");
	psd_policy_compare(older.policy, same.policy, count_line, &lines);
	assert_int_equal(lines, 0);
	psd_policy_compare(older.policy, newer.policy, count_line, &lines);
	assert_int_equal(lines, 2);
	test_policy_free(&older);
	test_policy_free(&same);
	test_policy_free(&newer);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(distances_have_no_sign_and_no_overflow),
		cmocka_unit_test(a_line_with_no_bound_after_max_is_an_error),
		cmocka_unit_test(explain_and_the_policy_judge_alike),
		cmocka_unit_test(
		    the_suggested_line_allows_this_offset_and_none_beyond),
		cmocka_unit_test(
		    the_suggested_line_for_a_moment_is_good_while_it_is_pasted),
		cmocka_unit_test(explain_tells_the_line_with_a_wider_bound),
		cmocka_unit_test(another_bound_is_a_difference),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
