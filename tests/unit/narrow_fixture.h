/* SPDX-License-Identifier: ISC */
#ifndef NARROW_FIXTURE_H
#define NARROW_FIXTURE_H

#include "common/codec.h"
#include "common/mem.h"
#include "policy/rights.h"
#include "tests/support/policy.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* A conversation's rights of a policy with these lines. */
struct narrowed {
	struct test_policy policy;
	struct psd_rights rights;
};

static inline void
begin(struct narrowed *t, const char *lines)
{
	const size_t size = sizeof(TEST_POLICY_HEAD) + strlen(lines) + 1;
	_cleanup_free_ char *text = malloc(size);

	assert_non_null(text);
	(void)snprintf(text, size, TEST_POLICY_HEAD "%s\n", lines);
	test_policy_load(&t->policy, text, 0);
	if (t->policy.policy == NULL)
		fail_msg("%s", t->policy.diag.text);
	assert_int_equal(psd_rights_init(&t->rights, t->policy.policy), 0);
}

static inline void
add_text(char *text, size_t size, const char *more)
{
	const size_t len = strlen(text);

	assert_true(strlen(more) < size - len);
	(void)snprintf(text + len, size - len, "%s", more);
}

static inline void
end(struct narrowed *t)
{
	psd_rights_free(&t->rights);
	test_policy_free(&t->policy);
}

/* A refusal says why, in one line or more, with told among it. */
static inline void
assert_narrowing_says(struct narrowed *t, const char *lines, int wanted,
    const char *told)
{
	const struct psd_str text = psd_str_of(lines);
	struct psd_diag diag;
	int r;

	psd_diag_init(&diag);
	r = psd_rights_narrow(&t->rights, t->policy.policy, &text, &diag);
	if (r != wanted)
		fail_msg("%s: %s not %s: %s", lines, strerror(-r),
		    strerror(-wanted), diag.text == NULL ? "" : diag.text);
	assert_true((r == 0) == (diag.errors == 0));
	if (r != 0 && (diag.text == NULL || strstr(diag.text, told) == NULL))
		fail_msg("%s does not say: %s", lines, told);
	psd_diag_free(&diag);
}

static inline void
assert_narrows(struct narrowed *t, const char *lines, int wanted)
{
	assert_narrowing_says(t, lines, wanted, "");
}

static inline bool
may(const struct narrowed *t, const char *request)
{
	return test_policy_ask(t->policy.policy, &t->rights, request)
	    .is_allowed;
}

/* As dispatch does when a request has succeeded. */
static inline void
use(struct narrowed *t, const char *request)
{
	const struct psd_verdict verdict =
	    test_policy_ask(t->policy.policy, &t->rights, request);

	if (!verdict.is_allowed)
		fail_msg("%s is refused", request);
	psd_rights_use(&t->rights, verdict.grant);
}

#endif
