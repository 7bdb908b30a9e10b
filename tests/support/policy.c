/* SPDX-License-Identifier: ISC */
#include "tests/support/policy.h"

#include "policy/request.h"
#include "tests/support/dir.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { WORDS_MAX = 8, TEXT_MAX_BYTES = 16384 };

static void
load(struct test_policy *ret, unsigned int flags)
{
	char path[4096];

	(void)snprintf(path, sizeof(path), "%s/www.policy", ret->dir);
	psd_diag_init(&ret->diag);
	ret->policy =
	    psd_policy_load_file(path, flags | PSD_LOAD_TRUST, &ret->diag);
}

void
test_policy_load(struct test_policy *ret, const char *text, unsigned int flags)
{
	ret->dir = test_dir_make();
	assert_non_null(ret->dir);
	assert_int_equal(test_dir_write(ret->dir, "www.policy", text), 0);
	load(ret, flags);
}

void
test_policy_load_bytes(struct test_policy *ret, const char *text, size_t len,
    unsigned int flags)
{
	char path[4096];
	FILE *file;

	ret->dir = test_dir_make();
	assert_non_null(ret->dir);
	(void)snprintf(path, sizeof(path), "%s/www.policy", ret->dir);
	file = fopen(path, "we");
	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
	load(ret, flags);
}

void
test_policy_lines(struct test_policy *ret, const char *lines)
{
	char text[TEXT_MAX_BYTES];

	assert_in_range(snprintf(text, sizeof(text), TEST_POLICY_HEAD "%s\n",
			    lines),
	    0, sizeof(text) - 1);
	test_policy_load(ret, text, 0);
	if (ret->policy == NULL)
		fail_msg("%s", ret->diag.text);
}

void
test_policy_free(struct test_policy *policy)
{
	psd_policy_free(policy->policy);
	psd_diag_free(&policy->diag);
	test_dir_remove(policy->dir);
}

struct psd_verdict
test_policy_ask(const struct psd_policy *policy,
    const struct psd_rights *rights, const char *request)
{
	const struct psd_op_row *row;
	const char *words[WORDS_MAX];
	char copy[TEXT_MAX_BYTES], wrong[512] = "no such operation";
	union psd_any_req req;
	char *save = NULL;
	size_t n = 0;

	(void)snprintf(copy, sizeof(copy), "%s", request);
	for (char *word = strtok_r(copy, " ", &save);
	     word != NULL && n < WORDS_MAX; word = strtok_r(NULL, " ", &save))
		words[n++] = word;
	assert_true(n > 0);
	row = psd_request_find(words[0], strlen(words[0]));
	if (row == NULL ||
	    psd_request_parse(row, words + 1, n - 1, &req, wrong,
		sizeof(wrong)) < 0)
		fail_msg("%s: %s", request, wrong);
	return psd_policy_check(policy, rights, row, &req);
}
