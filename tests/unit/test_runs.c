/* SPDX-License-Identifier: ISC */
/* What policies say of programs, and of each other. */
#include "policy/runs.h"
#include "common/mem.h"
#include "tests/support/policy.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void
load(struct test_policy *ret, const char *helper, const char *policy)
{
	char text[1024];

	(void)snprintf(text, sizeof(text),
	    "[Helper]\nExecStart=/bin/true\n%s\n[Policy]\n"
	    "SystemCallFilter=@helper\n%s\n",
	    helper, policy);
	test_policy_load(ret, text, 0);
}

static void
a_program_has_no_key_of_a_conversation(void **state)
{
	static const struct {
		const char *helper, *policy, *says;
	} cases[] = {
		{ "ListenStream=/run/x", "", "ListenStream= means nothing" },
		{ "Clients=user:root", "", "Clients= means nothing" },
		{ "Restart=no", "", "Restart= means nothing" },
		{ "StandardError=log", "", "StandardError= means nothing" },
		{ "TimeoutStartSec=1s", "", "TimeoutStartSec= means nothing" },
		{ "", "RequestRate=1/s", "RequestRate= means nothing" },
		{ "", "LogVerdicts=all", "LogVerdicts= means nothing" },
		{ "", "AllowLog=info", "has no conversation" },
		{ "", "AllowStat=/etc/**", "has no conversation" },
		{ "Instances=1..2", "", "none waits to be used" },
		{ "ExecStart=", "", "there is no ExecStart=" },
	};

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++) {
		struct test_policy policy;
		char helper[128];

		(void)snprintf(helper, sizeof(helper), "Type=program\n%s",
		    cases[i].helper);
		load(&policy, helper, cases[i].policy);
		assert_null(policy.policy);
		if (strstr(policy.diag.text, cases[i].says) == NULL)
			fail_msg("%s", policy.diag.text);
		test_policy_free(&policy);
	}
}

static void
a_key_that_was_taken_back_was_not_said(void **state)
{
	struct test_policy policy;

	(void)state;
	load(&policy, "Type=program\nListenStream=/run/x\nListenStream=", "");
	assert_non_null(policy.policy);
	test_policy_free(&policy);
}

static void
none_is_kept_ready_and_a_denied_call_fails(void **state)
{
	struct test_policy policy;

	(void)state;
	load(&policy, "Type=program\nInstances=7", "");
	assert_non_null(policy.policy);
	assert_int_equal(policy.policy->instances_min, 0);
	assert_int_equal(policy.policy->instances_max, 7);
	assert_int_equal(policy.policy->on_violation, PSD_VIOLATION_ERRNO);
	test_policy_free(&policy);
	load(&policy, "Type=program", "OnViolation=kill");
	assert_int_equal(policy.policy->on_violation, PSD_VIOLATION_KILL);
	test_policy_free(&policy);
}

static void
a_filter_has_neither_conversation_nor_service(void **state)
{
	static const struct {
		const char *helper, *policy, *says;
	} cases[] = {
		{ "ListenStream=/run/x", "", "ListenStream= means nothing" },
		{ "Restart=no", "", "Restart= means nothing" },
		{ "Instances=2", "", "Instances= means nothing" },
		{ "MaxConnections=2", "", "means nothing without Clients=" },
		{ "Clients=user:root\nExecStart=", "", "needs ExecStart=" },
		{ "Clients=user:root\nInstances=1..2", "", "none waits" },
		{ "StartLimitBurst=1", "", "StartLimitBurst= means nothing" },
		{ "Provides=x", "", "Provides= means nothing" },
		{ "", "RequestRate=1/s", "RequestRate= means nothing" },
		{ "", "AllowStat=/etc/**", "www.policy:7: AllowStat" },
		{ "", "AllowListen=tcp *:80", "has no conversation" },
		{ "", "DenyLog=info", "has no conversation" },
	};

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++) {
		struct test_policy policy;
		char helper[128];

		(void)snprintf(helper, sizeof(helper), "Type=filter\n%s",
		    cases[i].helper);
		load(&policy, helper, cases[i].policy);
		assert_null(policy.policy);
		if (strstr(policy.diag.text, cases[i].says) == NULL)
			fail_msg("%s", policy.diag.text);
		test_policy_free(&policy);
	}
}

static void
a_filter_may_be_named_later_and_tells_what_it_says(void **state)
{
	struct test_policy policy;

	(void)state;
	load(&policy, "Type=filter\nExecStart=", "AllowOpen=@runtime");
	assert_non_null(policy.policy);
	assert_null(policy.policy->exec_path);
	assert_true(policy.policy->log_stderr);
	assert_int_equal(policy.policy->on_violation, PSD_VIOLATION_ERRNO);
	assert_int_equal(policy.policy->instances_min, 0);
	test_policy_free(&policy);
	load(&policy, "Type=filter\nStandardError=null", "OnViolation=kill");
	assert_non_null(policy.policy);
	assert_false(policy.policy->log_stderr);
	assert_int_equal(policy.policy->on_violation, PSD_VIOLATION_KILL);
	test_policy_free(&policy);
	load(&policy, "Type=filter\nClients=user:daemon\nInstances=7", "");
	assert_non_null(policy.policy);
	assert_int_equal(policy.policy->instances_min, 0);
	assert_int_equal(policy.policy->instances_max, 7);
	test_policy_free(&policy);
	load(&policy, "Type=filter\nInstances=2\nInstances=", "");
	assert_non_null(policy.policy);
	test_policy_free(&policy);
}

/* All have the name www. */
static int
check(const char *caller, const char *other, struct psd_diag *diag)
{
	struct test_policy one, two;
	const struct psd_policy *both[2];
	int r;

	load(&one, "", caller);
	load(&two, other, "");
	assert_non_null(one.policy);
	assert_non_null(two.policy);
	both[0] = one.policy;
	both[1] = two.policy;
	psd_diag_init(diag);
	r = psd_runs_check(both, 2, diag);
	test_policy_free(&one);
	test_policy_free(&two);
	return r;
}

static void
what_a_line_names_has_to_be_a_program(void **state)
{
	struct psd_diag diag;

	(void)state;
	assert_int_equal(check("AllowRun=none", "", &diag), -EINVAL);
	assert_non_null(strstr(diag.text, "no policy of that name"));
	assert_non_null(strstr(diag.text, "www.policy:6"));
	psd_diag_free(&diag);
	assert_int_equal(check("AllowRun=www", "", &diag), -EINVAL);
	assert_non_null(strstr(diag.text, "not of Type=program"));
	psd_diag_free(&diag);
	assert_int_equal(check("AllowRun=no*", "", &diag), 0);
	assert_null(diag.text);
	psd_diag_free(&diag);
	assert_int_equal(check("DenyRun=none", "", &diag), 0);
	assert_null(diag.text);
	psd_diag_free(&diag);
}

static void
a_program_that_nobody_runs_is_told_of(void **state)
{
	struct psd_diag diag;

	(void)state;
	assert_int_equal(check("", "Type=program", &diag), 0);
	assert_non_null(strstr(diag.text, "nobody runs this program"));
	psd_diag_free(&diag);
	assert_int_equal(check("AllowRun=w*", "Type=program", &diag), 0);
	assert_null(diag.text);
	psd_diag_free(&diag);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_program_has_no_key_of_a_conversation),
		cmocka_unit_test(a_key_that_was_taken_back_was_not_said),
		cmocka_unit_test(none_is_kept_ready_and_a_denied_call_fails),
		cmocka_unit_test(a_filter_has_neither_conversation_nor_service),
		cmocka_unit_test(
		    a_filter_may_be_named_later_and_tells_what_it_says),
		cmocka_unit_test(what_a_line_names_has_to_be_a_program),
		cmocka_unit_test(a_program_that_nobody_runs_is_told_of),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
