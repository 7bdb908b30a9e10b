/* SPDX-License-Identifier: ISC */
#include "common/mem.h"
#include "tests/support/policy.h"

#include <pwd.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

struct refused {
	const char *line;
	const char *told;
};

static void
malformed_lines_are_refused_with_what_is_wanted(void **state)
{
	static const struct refused cases[] = {
		{ "AllowOpen=read", "the path is missing" },
		{ "AllowOpen=/etc/passwd", "may be done stands before the" },
		{ "AllowOpen=raed /etc/passwd", "none of read, write" },
		{ "AllowOpen=read,exclusive /a", "leave exclusive out" },
		{ "AllowOpen=read, write /a", "none of read, write" },
		{ "AllowOpen=READ /a", "none of read, write" },
		{ "AllowOpen=any,read /a", "none of read, write" },
		{ "AllowOpen=yes", "none of read, write" },
		{ "AllowOpen=read etc/passwd", "must be absolute" },
		{ "AllowOpen=read ./a", "must be absolute" },
		{ "AllowOpen=read /a/../b", "\"..\"" },
		{ "AllowOpen=read /a/./b", "\".\"" },
		{ "AllowOpen=read /a//b", "empty components" },
		{ "AllowOpen=read /a/", "must not end with /" },
		{ "AllowOpen=read /a**", "component of its own" },
		{ "AllowOpen=read /[a", "a [ needs" },
		{ "AllowOpen=read --/a", "must be absolute" },
		{ "AllowOpen=read - /a", "must be absolute" },
		{ "AllowOpen=read /a /b",
		    "only the words once, phase=NAME, follow" },
		{ "AllowOpen=read /a b c", "is written in quotes" },
		{ "AllowOpen=read /a onse",
		    "only the words once, phase=NAME, follow" },
		{ "AllowOpen=read /a once once", "stands here twice" },
		{ "AllowOpen=read /a links=2",
		    "only the words once, phase=NAME, follow" },
		{ "AllowOpen=read /a links",
		    "only the words once, phase=NAME, follow" },
		{ "AllowOpen=read /a owner",
		    "only the words once, phase=NAME, follow" },
		{ "AllowOpen=read /a owner=", "there is no such user" },
		{ "AllowOpen=read /a owner=no-such-user", "no such user" },
		{ "AllowOpen=read /a owner=4294967295", "name or number" },
		{ "AllowOpen=read \"/a", "quotes go around a whole word" },
		{ "AllowOpen=read /a\\q", "backslash must begin a C escape" },
		{ "AllowOpen=read /a\\x00b", "backslash must begin a C" },
		{ "AllowOpen=@nothing", "there is no file group" },
		{ "AllowOpen=@runtime once", "may follow a file group" },
		{ "AllowOpen=read @runtime", "must be absolute" },
		{ "DenyOpen=@runtime", "belongs to AllowOpen= only" },
		{ "AllowStat=@runtime", "belongs to AllowOpen= only" },
		{ "DenyOpen=/a", "may be done stands before the" },
		{ "DenyOpen=any /a once", "may follow in a Deny line" },
		{ "DenyOpen=any /a follow", "may follow in a Deny line" },
		{ "AllowStat=read /a", "must be absolute" },
		{ "AllowStat=/a /b",
		    "only the words once, phase=NAME, follow" },
		{ "AllowReadDirectory=yes", "must be absolute" },
		{ "AllowAccept=no", "to refuse it, leave the line out" },
		{ "AllowAccept=true", "takes yes" },
		{ "AllowAccept=yes /a",
		    "only the words once and phase=NAME may follow" },
		{ "AllowAccept=yes follow", "belongs to a path" },
		{ "AllowAccept=yes owner=root", "belongs to a path" },
		{ "AllowLog=loud", "no such level" },
		{ "AllowLog=6", "no such level" },
		{ "AllowLog=info,err", "no such level" },
		{ "AllowLog=info links=1", "belongs to a path" },
		{ "AllowLog=yes", "a level from emerg to debug" },
	};

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++) {
		struct test_policy policy;
		char text[512];

		snprintf(text, sizeof(text), TEST_POLICY_HEAD "%s\n",
		    cases[i].line);
		test_policy_load(&policy, text, 0);
		if (policy.policy != NULL)
			fail_msg("%s", cases[i].line);
		assert_int_equal(policy.diag.errors, 1);
		if (strstr(policy.diag.text, cases[i].told) == NULL ||
		    strstr(policy.diag.text, "www.policy:5: ") == NULL)
			fail_msg("%s: %s", cases[i].line, policy.diag.text);
		test_policy_free(&policy);
	}
}

static void
operations_that_all_may_use_have_no_keys(void **state)
{
	static const char *const lines[] = { "AllowHello=yes", "AllowPing=yes",
		"DenyRestrict=yes", "AllowHello=", "Allow=yes", "Deny=yes",
		"Allowopen=read /a", "AllowOPEN=read /a",
		"AllowCtlStatus=yes" };

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(lines); i++) {
		struct test_policy policy;
		char text[512];

		snprintf(text, sizeof(text), TEST_POLICY_HEAD "%s\n", lines[i]);
		test_policy_load(&policy, text, 0);
		assert_null(policy.policy);
		assert_non_null(strstr(policy.diag.text, "there is no key"));
		test_policy_free(&policy);
	}
}

/* The first grant of the operation. */
static const struct psd_grant *
first(const struct test_policy *policy, enum psd_op op)
{
	const struct psd_grants *grants =
	    &policy->policy->grants[psd_op_find(op) - psd_op_rows];

	assert_true(grants->n > 0);
	return &grants->at[0];
}

static void
trailing_words_become_modifiers(void **state)
{
	const struct passwd *daemon = getpwnam("daemon");
	struct test_policy policy;
	const struct psd_grant *grant;

	(void)state;
	assert_non_null(daemon);
	test_policy_lines(&policy,
	    "AllowOpen=read,create /a/** once follow xdev links=1 "
	    "owner=daemon\nAllowStat=/b owner=4711\nAllowAccept=yes once");
	grant = first(&policy, PSD_OP_open);
	assert_int_equal(grant->modifiers,
	    PSD_MODIFIER_ONCE | PSD_MODIFIER_FOLLOW | PSD_MODIFIER_XDEV |
		PSD_MODIFIER_LINKS1 | PSD_MODIFIER_OWNER);
	assert_int_equal(grant->owner, daemon->pw_uid);
	assert_int_equal(grant->access,
	    PSD_ACCESS_READ | PSD_ACCESS_CREATE | PSD_ACCESS_EXCLUSIVE);
	assert_string_equal(grant->glob, "/a/**");
	assert_int_equal(grant->dir_len, 2);
	grant = first(&policy, PSD_OP_stat);
	assert_int_equal(grant->owner, 4711);
	assert_int_equal(grant->modifiers, PSD_MODIFIER_OWNER);
	grant = first(&policy, PSD_OP_accept);
	assert_int_equal(grant->modifiers, PSD_MODIFIER_ONCE);
	assert_null(grant->glob);
	assert_int_equal(policy.policy->n_grants, 3);
	test_policy_free(&policy);
}

static void
path_is_unquoted_like_any_word(void **state)
{
	struct test_policy policy;

	(void)state;
	test_policy_lines(&policy,
	    "AllowOpen=read \"/with blank/100%%\"\n"
	    "AllowOpen=read /a\\x20b\\\\c");
	assert_string_equal(first(&policy, PSD_OP_open)[0].glob,
	    "/with blank/100%");
	assert_string_equal(first(&policy, PSD_OP_open)[1].glob, "/a b\\c");
	test_policy_free(&policy);
}

static void
empty_value_takes_back_the_lines_of_its_key_only(void **state)
{
	struct test_policy policy;
	const struct psd_policy *p;

	(void)state;
	test_policy_lines(&policy,
	    "AllowOpen=read /a\nAllowOpen=@runtime\nDenyOpen=any /b\n"
	    "AllowStat=/a\nAllowOpen=\nAllowOpen=read /c\nDenyStat=/d\n"
	    "AllowAccept=yes\nAllowAccept=");
	p = policy.policy;
	assert_false(test_policy_ask(p, NULL, "open read /a").is_allowed);
	assert_true(test_policy_ask(p, NULL, "open read /c").is_allowed);
	assert_true(test_policy_ask(p, NULL, "stat /a").is_allowed);
	assert_false(test_policy_ask(p, NULL, "accept").is_allowed);
	assert_non_null(test_policy_ask(p, NULL, "open read /b").grant);
	assert_int_equal(p->view.n, 0);
	assert_int_equal(p->n_grants, 4);
	test_policy_free(&policy);
}

static void
runtime_group_is_a_view_and_no_grant(void **state)
{
	struct test_policy policy;
	const struct psd_policy *p;
	bool has_cache = false;

	(void)state;
	test_policy_lines(&policy, "AllowOpen=@runtime\nAllowOpen=@runtime");
	p = policy.policy;
	assert_int_equal(p->n_grants, 0);
	assert_false(
	    test_policy_ask(p, NULL, "open read /etc/ld.so.cache").is_allowed);
	for (size_t i = 0; i < p->view.n; i++) {
		assert_int_equal(p->view.at[i].text[0], '/');
		assert_int_equal(access(p->view.at[i].text, F_OK), 0);
		assert_int_equal(p->view.at[i].where.line, 5);
		has_cache = has_cache ||
		    strcmp(p->view.at[i].text, "/etc/ld.so.cache") == 0;
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(p->view.at[i].text,
			    p->view.at[k].text);
	}
	assert_int_equal(has_cache, access("/etc/ld.so.cache", F_OK) == 0);
	test_policy_free(&policy);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    malformed_lines_are_refused_with_what_is_wanted),
		cmocka_unit_test(operations_that_all_may_use_have_no_keys),
		cmocka_unit_test(trailing_words_become_modifiers),
		cmocka_unit_test(path_is_unquoted_like_any_word),
		cmocka_unit_test(
		    empty_value_takes_back_the_lines_of_its_key_only),
		cmocka_unit_test(runtime_group_is_a_view_and_no_grant),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
