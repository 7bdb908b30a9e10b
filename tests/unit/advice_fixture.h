/* SPDX-License-Identifier: ISC */
#ifndef ADVICE_FIXTURE_H
#define ADVICE_FIXTURE_H

#include "common/mem.h"
#include "tests/support/policy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* Lines behind TEST_POLICY_HEAD, which begin at 5, and all that is said. */
struct advised {
	const char *lines;
	const char *warnings;
};

/* The warnings, without the directory that the policy is in. */
static void
strip(const struct test_policy *policy, char *ret, size_t size)
{
	const size_t dir_len = strlen(policy->dir);
	const char *at = policy->diag.text == NULL ? "" : policy->diag.text;
	size_t len = 0;

	while (*at != '\0' && len < size - 1) {
		if (strncmp(at, policy->dir, dir_len) == 0)
			at += dir_len + 1;
		else
			ret[len++] = *at++;
	}
	ret[len] = '\0';
}

static void
expect(const char *lines, const char *warnings)
{
	static char text[65536];
	struct test_policy policy;

	test_policy_lines(&policy, lines);
	strip(&policy, text, sizeof(text));
	if (strcmp(text, warnings) != 0)
		fail_msg("%s\n--- gave\n%s--- not\n%s", lines, text, warnings);
	test_policy_free(&policy);
}

#endif
