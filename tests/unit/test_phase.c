/* SPDX-License-Identifier: ISC */
#include "policy/explain.h"
#include "tests/unit/narrow_fixture.h"

static void
phases_are_read_in_their_order(void **state)
{
	struct test_policy policy;

	(void)state;
	test_policy_lines(&policy,
	    "Phases=start auth\nPhases=session\nAllowStat=/a phase=auth");
	assert_int_equal(policy.policy->phases.n, 3);
	assert_string_equal(policy.policy->phases.at[0].text, "start");
	assert_string_equal(policy.policy->phases.at[2].text, "session");
	assert_int_equal(policy.policy
			     ->grants[psd_op_find(PSD_OP_stat) - psd_op_rows]
			     .at[0]
			     .phase_at,
	    1);
	test_policy_free(&policy);
}

static void
what_is_wrong_with_phases_is_told_with_its_line(void **state)
{
	static const struct {
		const char *lines, *wanted;
	} cases[] = {
		{ "Phases=auth session\nAllowStat=/a phase=sesion",
		    "www.policy:6: phase=sesion: there is no such phase; did "
		    "you mean session?" },
		{ "Phases=auth session\nAllowStat=/a phase=xyz",
		    "www.policy:6: phase=xyz: there is no such phase; Phases= "
		    "names auth first" },
		{ "AllowStat=/a phase=auth",
		    "www.policy:5: phase=auth: there are no phases; a line "
		    "such as Phases=auth names them in their order" },
		{ "Phases=auth\nPhases=\nAllowStat=/a phase=auth",
		    "www.policy:7: phase=auth: there are no phases" },
		{ "Phases=auth auth",
		    "www.policy:5: Phases=: \"auth\": this phase was named "
		    "before" },
		{ "Phases=Auth", "small letters" },
		{ "Phases=auth,session", "small letters" },
		{ "Phases=a b c d e f g h i j k l m n o p q",
		    "\"q\": there are at most 16 phases" },
		{ "Phases=a\nAllowStat=/a phase=", "small letters" },
		{ "Phases=a\nAllowStat=/a phase=a phase=a", "twice" },
		{ "Phases=a\nDenyStat=/a phase=a",
		    "nothing may follow in a Deny line" },
		{ "Phases=a\nAllowStat=/a fase=a", "phase=NAME" },
	};

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++) {
		char text[1024];
		struct test_policy policy;

		(void)snprintf(text, sizeof(text), TEST_POLICY_HEAD "%s\n",
		    cases[i].lines);
		test_policy_load(&policy, text, 0);
		assert_null(policy.policy);
		if (strstr(policy.diag.text, cases[i].wanted) == NULL)
			fail_msg("%s\nnot in: %s", cases[i].wanted,
			    policy.diag.text);
		test_policy_free(&policy);
	}
}

static void
phases_that_change_nothing_are_warned_of(void **state)
{
	static const struct {
		const char *lines, *wanted; /* NULL: nothing */
	} cases[] = {
		{ "Phases=auth",
		    "www.policy:5: warning: Phases=: no line has "
		    "phase=auth\n" },
		{ "Phases=a b c\nAllowStat=/a phase=a",
		    "www.policy:5: warning: Phases=: no line has phase=b or "
		    "phase=c, so that nothing changes from one to the "
		    "other\n" },
		/* The lines of the first no longer count in the second. */
		{ "Phases=a b\nAllowStat=/a phase=a", NULL },
		{ "Phases=a b\nAllowStat=/a phase=b", NULL },
	};

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++) {
		struct test_policy policy;

		test_policy_lines(&policy, cases[i].lines);
		if (cases[i].wanted == NULL)
			assert_int_equal(policy.diag.warnings, 0);
		else if (strstr(policy.diag.text, cases[i].wanted) == NULL)
			fail_msg("%s\nnot in: %s", cases[i].wanted,
			    policy.diag.text);
		test_policy_free(&policy);
	}
}

static void
lines_count_in_their_phase_and_phases_only_advance(void **state)
{
	struct narrowed t;

	(void)state;
	begin(&t,
	    "Phases=a b c\nAllowStat=/a phase=a\nAllowStat=/b phase=b\n"
	    "AllowStat=/c\nDenyStat=/d\nAllowStat=/d phase=b");
	assert_true(may(&t, "stat /a"));
	assert_false(may(&t, "stat /b"));
	assert_int_equal(psd_rights_advance(&t.rights, t.policy.policy, "x"),
	    -EINVAL);
	assert_int_equal(psd_rights_advance(&t.rights, t.policy.policy, ""),
	    -EINVAL);
	assert_int_equal(psd_rights_advance(&t.rights, t.policy.policy, "a"),
	    0);
	assert_true(may(&t, "stat /a"));
	assert_int_equal(psd_rights_advance(&t.rights, t.policy.policy, "b"),
	    0);
	assert_false(may(&t, "stat /a"));
	assert_true(may(&t, "stat /b"));
	assert_false(may(&t, "stat /d"));
	assert_int_equal(psd_rights_advance(&t.rights, t.policy.policy, "a"),
	    -EACCES);
	assert_true(may(&t, "stat /b"));
	/* One may be left out. */
	assert_int_equal(psd_rights_advance(&t.rights, t.policy.policy, "c"),
	    0);
	assert_false(may(&t, "stat /a"));
	assert_false(may(&t, "stat /b"));
	assert_true(may(&t, "stat /c"));
	end(&t);
}

static void
a_refusal_names_the_line_that_does_not_count(void **state)
{
	struct psd_verdict verdict;
	struct narrowed t;

	(void)state;
	begin(&t, "Phases=a b\nAllowStat=/a phase=b\nAllowReadlink=/a once");
	verdict = test_policy_ask(t.policy.policy, &t.rights, "stat /a");
	assert_false(verdict.is_allowed);
	assert_string_equal(verdict.idle->text, "AllowStat=/a phase=b");
	use(&t, "readlink /a");
	verdict = test_policy_ask(t.policy.policy, &t.rights, "readlink /a");
	assert_string_equal(verdict.idle->text, "AllowReadlink=/a once");
	verdict = test_policy_ask(t.policy.policy, &t.rights, "stat /b");
	assert_null(verdict.idle);
	end(&t);
}

static void
a_line_of_a_phase_is_narrowed_within_its_phase(void **state)
{
	struct narrowed t;

	(void)state;
	begin(&t, "Phases=a b\nAllowStat=/** phase=b\nAllowLog=info");
	assert_narrows(&t, "AllowStat=/a", -EACCES);
	assert_narrows(&t, "AllowStat=/a phase=a", -EACCES);
	assert_narrows(&t, "AllowStat=/a phase=c", -EINVAL);
	assert_narrows(&t, "AllowLog=err phase=b", 0);
	assert_narrows(&t, "AllowStat=/a phase=b", 0);
	assert_false(may(&t, "stat /a"));
	assert_false(may(&t, "log err x"));
	assert_int_equal(psd_rights_advance(&t.rights, t.policy.policy, "b"),
	    0);
	assert_true(may(&t, "stat /a"));
	assert_false(may(&t, "stat /b"));
	assert_true(may(&t, "log err x"));
	end(&t);
}

static void
explain(const struct psd_policy *policy, const char *phase, const char *path,
    enum psd_answer wanted, const char *beginning)
{
	char *words[] = { (char *)(uintptr_t)path };
	const struct psd_str operation = psd_str_of("stat");
	unsigned char packed[256];
	struct psd_bytes arguments;
	char text[PSD_TEXT_MAX + 1];

	assert_int_equal(psd_explain_pack(words, 1, packed, sizeof(packed),
			     &arguments),
	    0);
	assert_int_equal(psd_explain(policy, &operation, &arguments, phase,
			     text, sizeof(text)),
	    wanted);
	if (strstr(text, beginning) == NULL)
		fail_msg("%s\nnot in: %s", beginning, text);
}

static void
explain_looks_at_one_phase_or_at_all(void **state)
{
	struct test_policy policy;

	(void)state;
	test_policy_lines(&policy,
	    "Phases=auth session\nAllowStat=/a phase=auth\nAllowStat=/b");
	explain(policy.policy, "", "/a", PSD_ANSWER_ALLOWED,
	    "AllowStat=/a phase=auth\nin the phase auth alone");
	explain(policy.policy, "auth", "/a", PSD_ANSWER_ALLOWED,
	    "in the phase auth alone");
	explain(policy.policy, "session", "/a", PSD_ANSWER_REFUSED,
	    "by no line of this phase; in the phase auth it is allowed by\n");
	explain(policy.policy, "session", "/b", PSD_ANSWER_ALLOWED,
	    "AllowStat=/b");
	explain(policy.policy, "session", "/c", PSD_ANSWER_REFUSED,
	    "to allow: AllowStat=/c");
	explain(policy.policy, "none", "/b", PSD_ANSWER_UNCLEAR,
	    "no such phase: \"none\"; there are auth, session");
	test_policy_free(&policy);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(phases_are_read_in_their_order),
		cmocka_unit_test(
		    what_is_wrong_with_phases_is_told_with_its_line),
		cmocka_unit_test(phases_that_change_nothing_are_warned_of),
		cmocka_unit_test(
		    lines_count_in_their_phase_and_phases_only_advance),
		cmocka_unit_test(a_refusal_names_the_line_that_does_not_count),
		cmocka_unit_test(
		    a_line_of_a_phase_is_narrowed_within_its_phase),
		cmocka_unit_test(explain_looks_at_one_phase_or_at_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
