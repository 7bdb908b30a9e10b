/* SPDX-License-Identifier: ISC */
#include "common/codec.h"
#include "policy/rights.h"
#include "tests/support/policy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void
line_with_once_is_used_up_for_its_conversation(void **state)
{
	struct test_policy policy;
	struct psd_rights one, other;
	struct psd_verdict verdict;

	(void)state;
	test_policy_lines(&policy,
	    "AllowOpen=read /a once\nAllowOpen=read /b\nAllowAccept=yes once");
	assert_int_equal(psd_rights_init(&one, policy.policy), 0);
	assert_int_equal(psd_rights_init(&other, policy.policy), 0);
	verdict = test_policy_ask(policy.policy, &one, "open read /a");
	assert_true(verdict.is_allowed);
	/* Judging alone uses nothing up. */
	verdict = test_policy_ask(policy.policy, &one, "open read /a");
	assert_true(verdict.is_allowed);
	psd_rights_use(&one, verdict.grant);
	assert_false(
	    test_policy_ask(policy.policy, &one, "open read /a").is_allowed);
	assert_true(
	    test_policy_ask(policy.policy, &other, "open read /a").is_allowed);
	assert_true(
	    test_policy_ask(policy.policy, NULL, "open read /a").is_allowed);
	verdict = test_policy_ask(policy.policy, &one, "open read /b");
	psd_rights_use(&one, verdict.grant);
	assert_true(
	    test_policy_ask(policy.policy, &one, "open read /b").is_allowed);
	assert_true(test_policy_ask(policy.policy, &one, "accept").is_allowed);
	psd_rights_use(&one, NULL);
	psd_rights_free(&one);
	psd_rights_free(&other);
	test_policy_free(&policy);
}

static void
line_without_once_is_used_before_one_with(void **state)
{
	struct test_policy policy;
	struct psd_verdict verdict;

	(void)state;
	test_policy_lines(&policy,
	    "AllowOpen=read /a once\nAllowOpen=read /a owner=root\n"
	    "AllowOpen=read /a follow\nAllowOpen=read /a");
	verdict = test_policy_ask(policy.policy, NULL, "open read /a");
	assert_string_equal(verdict.grant->text, "AllowOpen=read /a follow");
	test_policy_free(&policy);
}

static void
operation_that_was_given_up_is_refused(void **state)
{
	struct test_policy policy;
	struct psd_rights rights;
	struct psd_verdict verdict;

	(void)state;
	test_policy_lines(&policy, "AllowOpen=any /**\nAllowStat=/**");
	assert_int_equal(psd_rights_init(&rights, policy.policy), 0);
	psd_rights_give_up(&rights, psd_op_find(PSD_OP_open));
	psd_rights_give_up(&rights, psd_op_find(PSD_OP_ping));
	verdict = test_policy_ask(policy.policy, &rights, "open read /a");
	assert_false(verdict.is_allowed);
	assert_true(verdict.is_given_up);
	verdict = test_policy_ask(policy.policy, &rights, "ping 1");
	assert_false(verdict.is_allowed);
	assert_true(verdict.is_given_up);
	verdict = test_policy_ask(policy.policy, &rights, "stat /a");
	assert_true(verdict.is_allowed);
	assert_false(verdict.is_given_up);
	psd_rights_free(&rights);
	test_policy_free(&policy);
}

static void
row_of_another_catalogue_is_refused(void **state)
{
	struct test_policy policy;
	union psd_any_req req = { .as_ctl_status = { .newest = 1 } };
	struct psd_verdict verdict;
	struct psd_op_row forged = *psd_op_find(PSD_OP_accept);

	(void)state;
	test_policy_lines(&policy, "AllowAccept=yes");
	verdict = psd_policy_check(policy.policy, NULL,
	    psd_ctl_find(PSD_OP_ctl_status), &req);
	assert_false(verdict.is_allowed);
	verdict = psd_policy_check(policy.policy, NULL, &forged, &req);
	assert_false(verdict.is_allowed);
	test_policy_free(&policy);
}

static void
request_with_impossible_fields_is_refused(void **state)
{
	struct test_policy policy;
	struct psd_open_req open = { .access = 0, .path = psd_str_of("/a") };
	struct psd_log_req message = { .message = psd_str_of("x") };

	(void)state;
	test_policy_lines(&policy, "AllowOpen=any /**\nAllowLog=debug");
	assert_false(psd_policy_check(policy.policy, NULL,
	    psd_op_find(PSD_OP_open), &open)
			 .is_allowed);
	open.access = 1u << 31 | PSD_ACCESS_READ;
	assert_false(psd_policy_check(policy.policy, NULL,
	    psd_op_find(PSD_OP_open), &open)
			 .is_allowed);
	open.access = PSD_ACCESS_READ;
	open.path = (struct psd_str){ NULL, 0 };
	assert_false(psd_policy_check(policy.policy, NULL,
	    psd_op_find(PSD_OP_open), &open)
			 .is_allowed);
	message.priority = 8;
	assert_false(psd_policy_check(policy.policy, NULL,
	    psd_op_find(PSD_OP_log), &message)
			 .is_allowed);
	test_policy_free(&policy);
}

static void
place_behind_a_link_is_judged_by_the_same_line_and_all_denials(void **state)
{
	const struct psd_op_row *row = psd_op_find(PSD_OP_open);
	struct test_policy policy;
	struct psd_verdict verdict;

	(void)state;
	test_policy_lines(&policy,
	    "AllowOpen=read /a/** follow\nAllowOpen=any /b/**\n"
	    "DenyOpen=any /a/secret/**");
	verdict = test_policy_ask(policy.policy, NULL, "open read /a/x");
	assert_true(verdict.is_allowed);
	assert_true(psd_policy_covers(policy.policy, verdict.grant, row,
	    PSD_ACCESS_READ, "/a/y/z"));
	assert_false(psd_policy_covers(policy.policy, verdict.grant, row,
	    PSD_ACCESS_WRITE, "/a/y/z"));
	/* Another line's place is not this line's. */
	assert_false(psd_policy_covers(policy.policy, verdict.grant, row,
	    PSD_ACCESS_READ, "/b/y"));
	assert_false(psd_policy_covers(policy.policy, verdict.grant, row,
	    PSD_ACCESS_READ, "/a/secret/key"));
	assert_false(psd_policy_covers(policy.policy, verdict.grant, row,
	    PSD_ACCESS_READ, "/a/../etc"));
	assert_false(psd_policy_covers(policy.policy, verdict.grant, row,
	    PSD_ACCESS_READ, "/a/x (deleted)/.."));
	test_policy_free(&policy);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    line_with_once_is_used_up_for_its_conversation),
		cmocka_unit_test(line_without_once_is_used_before_one_with),
		cmocka_unit_test(operation_that_was_given_up_is_refused),
		cmocka_unit_test(row_of_another_catalogue_is_refused),
		cmocka_unit_test(request_with_impossible_fields_is_refused),
		cmocka_unit_test(
		    place_behind_a_link_is_judged_by_the_same_line_and_all_denials),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
