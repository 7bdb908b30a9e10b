/* SPDX-License-Identifier: ISC */
#include "common/mem.h"
#include "policy/glob.h"
#include "tests/support/policy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* A policy of n lines for files and n for patterns, in directories of theirs. */
static char *
make_lines(size_t n)
{
	const size_t size = 160 * n + sizeof(TEST_POLICY_HEAD);
	char *text = malloc(size);
	size_t len;

	assert_non_null(text);
	len = (size_t)snprintf(text, size, "%s", TEST_POLICY_HEAD);
	for (size_t i = 0; i < n; i++)
		len += (size_t)snprintf(text + len, size - len,
		    "AllowOpen=read /srv/files/%zu\n"
		    "AllowOpen=read /srv/dirs/%zu/**\n"
		    "DenyOpen=any /srv/dirs/%zu/*.key\n",
		    i, i, i);
	return text;
}

static uint64_t
patterns_tried(const struct psd_policy *policy, const char *request,
    bool is_allowed)
{
	const uint64_t before = psd_glob_tried();

	assert_int_equal(test_policy_ask(policy, NULL, request).is_allowed,
	    is_allowed);
	return psd_glob_tried() - before;
}

static void
ten_thousand_lines_cost_as_much_as_one(void **state)
{
	static const size_t sizes[] = { 1, 10000 };

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(sizes); i++) {
		_cleanup_free_ char *text = make_lines(sizes[i]);
		struct test_policy policy;

		test_policy_load(&policy, text, 0);
		if (policy.policy == NULL)
			fail_msg("%s", policy.diag.text);
		assert_int_equal(patterns_tried(policy.policy,
				     "open read /srv/files/0", true),
		    1);
		assert_in_range(patterns_tried(policy.policy,
				    "open read /srv/dirs/0/a/b/c", true),
		    1, 3);
		assert_in_range(patterns_tried(policy.policy,
				    "open read /srv/dirs/0/a.key", false),
		    1, 2);
		assert_int_equal(patterns_tried(policy.policy,
				     "open read /etc/passwd", false),
		    0);
		test_policy_free(&policy);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ten_thousand_lines_cost_as_much_as_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
