/* SPDX-License-Identifier: ISC */
#ifndef PROVE_FIXTURE_H
#define PROVE_FIXTURE_H

/* A policy beside a program that may be wrong. */
#include "tests/support/filter.h"

#include "common/arch.h"
#include "common/mem.h"
#include "policy/bpf.h"
#include "policy/callname.h"

#include <errno.h>
#include <linux/audit.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>

#include <cmocka.h>

#define SAMPLE "@helper @loader @network-io @threads"

static const struct psd_filter_numbers numbers = { 1024, 1025 };

/* A policy's rows, and a program that may be another's. */
struct bench {
	struct test_filter_policy policy;
	struct psd_callset set;
	struct sock_fprog program;
};

static void
bench_init(struct bench *bench, uint32_t arch, const char *words,
    enum psd_violation on_violation, enum psd_filter_kind kind)
{
	test_filter_policy_init(&bench->policy, words, on_violation);
	assert_int_equal(psd_callset_init(&bench->set, arch,
			     &bench->policy.policy, kind, &numbers),
	    0);
	assert_int_equal(psd_program_build(&bench->set, &bench->program), 0);
}

static void
bench_free(struct bench *bench)
{
	free(bench->program.filter);
	psd_callset_free(&bench->set);
	test_filter_policy_free(&bench->policy);
}

/* What the prover says: NULL when it believes, else what it found. */
static bool
proves(const struct psd_callset *set, const struct sock_fprog *program,
    char *ret_text, size_t size)
{
	const struct psd_where where = { "test.policy", 7 };
	struct psd_diag diag;
	bool is_proven;

	psd_diag_init(&diag);
	is_proven = psd_prove(set, program, &where, &diag);
	assert_int_equal(diag.errors, is_proven ? 0 : 1);
	(void)snprintf(ret_text, size, "%s",
	    diag.text != NULL ? diag.text : "");
	psd_diag_free(&diag);
	return is_proven;
}

static void
expect_refusal(const struct psd_callset *set, const struct sock_fprog *program,
    const char *said)
{
	char text[1024];

	if (proves(set, program, text, sizeof(text)))
		fail_msg("a wrong program was believed: %s", said);
	if (strstr(text, said) == NULL)
		fail_msg("\"%s\" is not said in: %s", said, text);
	assert_non_null(strstr(text, "test.policy:7: "));
}

#endif
