/* SPDX-License-Identifier: ISC */
/* What a helper, or the log, is told of rights that were narrowed. */
#include "tests/unit/narrow_fixture.h"

static void
a_refused_line_is_told_by_what_is_wrong(void **state)
{
	static const struct {
		const char *lines, *told;
		int error;
	} cases[] = {
		{ "", "there is no line to narrow to", -EINVAL },
		{ "DenyStat=/a", "only lines Allow...= can be narrowed to",
		    -EINVAL },
		{ "SystemCallFilter=@helper",
		    "only lines Allow...= can be narrowed to", -EINVAL },
		{ "[Policy]", "only lines Allow...= can be narrowed to",
		    -EINVAL },
		{ "AllowOpen=@runtime", "a file group allows no request",
		    -EINVAL },
		{ "AllowStat=/a phase=x", "there is no such phase", -EINVAL },
		{ "AllowStat=", "would widen: nothing takes back what was",
		    -EACCES },
		{ "AllowReadlink=/a", "would widen: no line that the conver",
		    -EACCES },
		{ "AllowLog=err", "would widen: the operation was given up",
		    -EACCES },
	};
	struct narrowed t;

	(void)state;
	begin(&t, "AllowStat=/**\nAllowOpen=read /**\nAllowLog=debug");
	psd_rights_give_up(&t.rights, psd_op_find(PSD_OP_log));
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++)
		assert_narrowing_says(&t, cases[i].lines, cases[i].error,
		    cases[i].told);
	end(&t);
}

static void
a_refusal_says_that_the_helper_narrowed_it(void **state)
{
	struct narrowed t;
	struct psd_verdict verdict;

	(void)state;
	begin(&t, "AllowStat=/a/**");
	assert_narrows(&t, "AllowStat=/a/b", 0);
	verdict = test_policy_ask(t.policy.policy, &t.rights, "stat /a/c");
	assert_true(verdict.is_narrowed);
	assert_null(verdict.grant);
	verdict = test_policy_ask(t.policy.policy, &t.rights, "stat /b");
	assert_false(verdict.is_narrowed);
	verdict = test_policy_ask(t.policy.policy, &t.rights, "stat /a/b");
	assert_string_equal(verdict.grant->text, "AllowStat=/a/b");
	assert_string_equal(verdict.grant->within->text, "AllowStat=/a/**");
	end(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_refused_line_is_told_by_what_is_wrong),
		cmocka_unit_test(a_refusal_says_that_the_helper_narrowed_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
