/* SPDX-License-Identifier: ISC */
/*
 * An arbitrary policy of groups and calls, compiled, beside a slow reading of
 * what it says: for every number, of x86-64 or arm64, and for all that the
 * argument rules speak of, both must come to the same verdict.
 *
 * The first byte of an input says what the policy is besides (enum filter_choice);
 * each two bytes more are a word of SystemCallFilter=.
 */
#include "common/arch.h"
#include "common/mem.h"
#include "policy/bpf.h"
#include "policy/filter.h"
#include "policy/load.h"
#include "policy/program.h"
#include "tests/fuzz/filter_reading.h"

#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_MAX = 4096 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const violations[] = {
	"",
	"OnViolation=kill\n",
	"OnViolation=errno\n",
	"OnViolation=log\n",
};

static void
choose_word(char ret[PSD_CALL_NAME_MAX + 1], unsigned number)
{
	const struct psd_call_row *row =
	    &psd_call_rows[number / 4 % psd_call_row_count];

	ret[0] = '\0';
	if (number % 4 == 0)
		(void)psd_call_name(PSD_AUDIT_ARCH,
		    (int)(number / 4 % PSD_CALLS_MAX), ret);
	else if (number % 4 == 1)
		(void)snprintf(ret, PSD_CALL_NAME_MAX + 1, "%s", row->call);
	else if (psd_call_group_name(row->group)[0] == '@')
		(void)snprintf(ret, PSD_CALL_NAME_MAX + 1, "%s",
		    psd_call_group_name(row->group));
}

static void
make_wish(struct filter_wish *ret, const uint8_t *data, size_t size)
{
	ret->choices = data[0];
	ret->arch =
	    filter_wish_has(ret, IS_ARM) ? AUDIT_ARCH_AARCH64 : PSD_AUDIT_ARCH;
	ret->n = 0;
	for (size_t at = 1; at + 1 < size && ret->n < FILTER_WORDS_MAX;
	     at += 2) {
		choose_word(ret->words[ret->n], data[at] | data[at + 1] << 8);
		ret->n += ret->words[ret->n][0] != '\0';
	}
}

static struct psd_policy *
load(const struct filter_wish *wish)
{
	char text[TEXT_MAX];
	struct psd_policy *policy;
	struct psd_diag diag;
	int n = snprintf(text, sizeof(text),
	    "[Helper]\nExecStart=/bin/true\n[Policy]\n%s%s%sSystemCallFilter=",
	    violations[wish->choices & ON_VIOLATION],
	    filter_wish_has(wish, MAY_EXEC) ? "AllowExec=/bin/true\n" : "",
	    filter_wish_has(wish, REPORTS) ? "ReportOpens=yes\n" : "");

	for (size_t i = 0; i < wish->n; i++)
		n += snprintf(text + n, sizeof(text) - (size_t)n, " %s",
		    wish->words[i]);
	assert((size_t)n < sizeof(text) - 1);
	text[n] = '\n';
	text[n + 1] = '\0';
	psd_diag_init(&diag);
	policy = psd_policy_load_text("fuzz", text, &diag);
	if (policy == NULL)
		(void)fprintf(stderr, "%s\n%s", text, diag.text);
	assert(policy != NULL);
	psd_diag_free(&diag);
	return policy;
}

/* The program of a policy, whose instructions are the caller's. */
static struct sock_fprog
compile(const struct filter_wish *wish)
{
	const struct psd_filter_numbers numbers = { FILTER_EXEC_FD,
		FILTER_REPORT_FD, filter_exec_path };
	const struct psd_where where = { .file = "fuzz" };
	struct psd_policy *policy = load(wish);
	struct sock_fprog program;
	struct psd_callset set;
	struct psd_diag diag;
	bool is_proved;
	int r;

	r = psd_callset_init(&set, wish->arch, policy,
	    filter_wish_has(wish, NOTIFIES) ? PSD_FILTER_NOTIFY
					    : PSD_FILTER_PLAIN,
	    filter_wish_has(wish, HAS_NUMBERS) ? &numbers : NULL);
	assert(r == 0);
	r = psd_program_build(&set, &program);
	assert(r == 0);
	psd_diag_init(&diag);
	is_proved = !filter_wish_has(wish, IS_PROVED) ||
	    psd_prove(&set, &program, &where, &diag);
	if (!is_proved)
		(void)fprintf(stderr, "%s", diag.text);
	assert(is_proved);
	psd_diag_free(&diag);
	psd_callset_free(&set);
	psd_policy_free(policy);
	return program;
}

static void
compare(const struct sock_fprog *program, const struct filter_reading *reading,
    const struct seccomp_data *data)
{
	const uint32_t verdict = psd_bpf_run(program, data, NULL);
	const uint32_t expected = filter_expect(reading, data);
	char call[256];

	if (verdict == expected)
		return;
	psd_filter_print_call(call, sizeof(call), data->arch, data->nr,
	    (const uint64_t *)data->args);
	(void)fprintf(stderr, "%s: 0x%08x, expected 0x%08x\n", call, verdict,
	    expected);
	assert(verdict == expected);
}

/* The argument that a test names, as it is asked for and beside that. */
static void
try_argument(const struct sock_fprog *program,
    const struct filter_reading *reading, struct seccomp_data data,
    unsigned argument, uint64_t value)
{
	const uint64_t values[] = { 0, 1, UINT64_MAX, UINT64_C(1) << 32, value,
		value + 1, value - 1, ~value, value ^ UINT64_C(1) << 32,
		value ^ UINT64_C(1) << 31, value | ~(uint64_t)UINT32_MAX };

	for (size_t i = 0; i < PSD_ELEMENTS(values); i++) {
		data.args[argument] = values[i];
		compare(program, reading, &data);
	}
}

/* Around what a row of this call asks for, whether it is in force or not. */
static void
try_row(const struct sock_fprog *program, const struct filter_reading *reading,
    struct seccomp_data data, const struct psd_call_row *row)
{
	const struct psd_call_test *t;

	memset(data.args, 0, sizeof(data.args));
	for (t = row->tests; t->kind != PSD_TEST_end; t++)
		if (t->kind != PSD_TEST_int_lacks)
			data.args[t->argument] = t->value;
	compare(program, reading, &data);
	for (t = row->tests; t->kind != PSD_TEST_end; t++)
		try_argument(program, reading, data, t->argument, t->value);
}

static void
try_last_steps(const struct sock_fprog *program,
    const struct filter_reading *reading, struct seccomp_data data)
{
	data.args[0] = FILTER_REPORT_FD;
	try_argument(program, reading, data, 0, FILTER_REPORT_FD);
	data.args[0] = FILTER_EXEC_FD;
	data.args[1] = (uintptr_t)filter_exec_path;
	data.args[4] = AT_EMPTY_PATH;
	try_argument(program, reading, data, 0, FILTER_EXEC_FD);
	try_argument(program, reading, data, 1, (uintptr_t)filter_exec_path);
	try_argument(program, reading, data, 4, AT_EMPTY_PATH);
}

static void
try_number(const struct sock_fprog *program, const struct filter_wish *wish,
    int number)
{
	static const uint64_t all[] = { 1, UINT64_MAX, UINT64_C(1) << 32, 0 };
	static const uint32_t others[] = { AUDIT_ARCH_I386, AUDIT_ARCH_X86_64,
		AUDIT_ARCH_ARM, AUDIT_ARCH_AARCH64, 0 };
	static struct filter_reading reading;
	struct seccomp_data data = { .nr = number };

	filter_read(&reading, wish, number);
	for (size_t i = 0; i < PSD_ELEMENTS(others); i++) {
		data.arch = others[i];
		compare(program, &reading, &data);
	}
	data.arch = wish->arch;
	data.nr = number | FILTER_X32_BIT;
	compare(program, &reading, &data);
	data.nr = number;
	for (size_t i = 0; i < PSD_ELEMENTS(all); i++) {
		for (size_t a = 0; a < PSD_CALL_ARGUMENTS; a++)
			data.args[a] = all[i];
		compare(program, &reading, &data);
	}
	try_last_steps(program, &reading, data);
	for (size_t i = 0; i < psd_call_row_count; i++)
		if (strcmp(psd_call_rows[i].call, reading.call) == 0)
			try_row(program, &reading, data, &psd_call_rows[i]);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sock_fprog program;
	struct filter_wish wish;

	if (size == 0)
		return 0;
	make_wish(&wish, data, size);
	program = compile(&wish);
	assert(psd_bpf_check(&program) == 0);
	for (int number = 0; number < PSD_CALLS_MAX; number++)
		try_number(&program, &wish, number);
	free(program.filter);
	return 0;
}
