/* SPDX-License-Identifier: ISC */
#ifndef TEST_EXPLAIN_RIG_H
#define TEST_EXPLAIN_RIG_H

/* A policy from lines, and questions to it; for tests of cmocka. */

#include "common/codec.h"
#include "policy/explain.h"
#include "policy/load.h"
#include "tests/unit/dir_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define HEAD \
	"[Helper]\nExecStart=/bin/true\n[Policy]\n" \
	"SystemCallFilter=@helper\n"

static char text[PSD_TEXT_MAX + 1];

static inline struct psd_policy *
load(const char *lines)
{
	struct psd_policy *policy;
	struct psd_diag diag;
	char whole[8192];
	char path[4096];

	snprintf(whole, sizeof(whole), HEAD "%s", lines);
	assert_int_equal(test_dir_write(dir, "www.policy", whole), 0);
	snprintf(path, sizeof(path), "%s/www.policy", dir);
	psd_diag_init(&diag);
	policy = psd_policy_load_file(path, PSD_LOAD_TRUST, &diag);
	if (policy == NULL)
		fail_msg("%s", diag.text);
	psd_diag_free(&diag);
	return policy;
}

/* words are separated by single blanks. */
static inline enum psd_answer
ask(const struct psd_policy *policy, const char *request)
{
	char *words[PSD_EXPLAIN_WORDS_MAX + 1];
	unsigned char packed[PSD_BYTES_MAX];
	struct psd_bytes arguments;
	struct psd_str operation;
	char copy[6000];
	char *save = NULL;
	size_t n = 0;

	snprintf(copy, sizeof(copy), "%s", request);
	for (char *word = strtok_r(copy, " ", &save); word != NULL;
	     word = strtok_r(NULL, " ", &save))
		words[n++] = word;
	operation = psd_str_of(words[0]);
	assert_int_equal(psd_explain_pack(words + 1, n - 1, packed,
			     sizeof(packed), &arguments),
	    0);
	return psd_explain(policy, &operation, &arguments, "", text,
	    sizeof(text));
}

static inline enum psd_answer
judge(const char *lines, const char *request)
{
	struct psd_policy *policy = load(lines);
	const enum psd_answer answer = ask(policy, request);

	psd_policy_free(policy);
	return answer;
}

#endif
