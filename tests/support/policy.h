/* SPDX-License-Identifier: ISC */
#ifndef TEST_POLICY_H
#define TEST_POLICY_H

#include "policy/load.h"

/* A policy that was loaded from a file of its own, or what was wrong. */
struct test_policy {
	char *dir;                 /* made for it, with www.policy */
	struct psd_policy *policy; /* NULL: refused */
	struct psd_diag diag;
};

/* A [Helper] that is well-formed, to be followed by lines of [Policy]. */
#define TEST_POLICY_HEAD \
	"[Helper]\nExecStart=/bin/true\n[Policy]\nSystemCallFilter=@helper\n"

/* Loads text as www.policy with these flags and PSD_LOAD_TRUST. */
void test_policy_load(struct test_policy *ret, const char *text,
    unsigned int flags);

/* The same for len bytes, which may have NUL among them. */
void test_policy_load_bytes(struct test_policy *ret, const char *text,
    size_t len, unsigned int flags);

/* TEST_POLICY_HEAD and these lines; fails the test when they are refused. */
void test_policy_lines(struct test_policy *ret, const char *lines);

void test_policy_free(struct test_policy *policy);

/*
 * Asks whether the policy allows a request in words, one blank between them:
 * "open read /etc/passwd".  Fails the test when they make no request.
 */
struct psd_verdict test_policy_ask(const struct psd_policy *policy,
    const struct psd_rights *rights, const char *request);

#endif
