/* SPDX-License-Identifier: ISC */
#ifndef KERNEL_FIXTURE_H
#define KERNEL_FIXTURE_H

/*
 * The evaluator beside the kernel: calls made by a child under a program, and
 * what the evaluator says of them.  They are never carried out: verdicts are
 * turned into errnos first.
 */
#include "tests/support/filter.h"

#include "common/arch.h"
#include "common/mem.h"
#include "policy/bpf.h"
#include "policy/callname.h"
#include "tests/support/valgrind.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum {
	TUPLES = 250000,
	END_MARK = 0x5a,
	PRELUDE = 5,
};

/* What a child reports: the errno of each call, and whether it could load. */
struct shared {
	int loaded;
	struct seccomp_data tuples[TUPLES];
	int errors[TUPLES];
};

static struct shared *shared;
static uint64_t seed = UINT64_C(0x9e3779b97f4a7c15);

static uint64_t
draw(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

static uint32_t
below(uint32_t end)
{
	return (uint32_t)(draw() % end);
}

/* A value that some rule is about, or nearly, or anything. */
static uint64_t
draw_argument(void)
{
	const struct psd_call_row *row =
	    &psd_call_rows[below((uint32_t)psd_call_row_count)];
	const struct psd_call_test *test =
	    &row->tests[below(PSD_CALL_TESTS_MAX)];
	uint64_t value = test->kind == PSD_TEST_end ? below(16) : test->value;

	if (below(2) == 0)
		value ^= UINT64_C(1) << below(64);
	if (below(4) == 0)
		value |= draw() << 32;
	if (below(8) == 0)
		value += below(3) - UINT64_C(1);
	return below(16) == 0 ? draw() : value;
}

/*
 * uretprobe and uprobe of x86-64 pass by every filter since Linux 6.14: they
 * are made by the kernel's own trampolines, and a signal from anywhere else.
 */
static bool
is_kernels_own(int number)
{
	return PSD_AUDIT_ARCH == AUDIT_ARCH_X86_64 &&
	    (number == 335 || number == 336);
}

static struct seccomp_data
draw_tuple(void)
{
	const int highest = psd_call_highest(PSD_AUDIT_ARCH);
	struct seccomp_data data = { .arch = PSD_AUDIT_ARCH };
	size_t i;

	data.nr = (int)below((uint32_t)highest + 16);
	if (below(8) == 0)
		data.nr |= (int)PSD_FOREIGN_CALL_BIT;
	if (below(32) == 0)
		data.nr = (int)(draw() & 0x7fffffff);
	if (is_kernels_own(data.nr))
		data.nr = 0;
	for (i = 0; i < 6; i++)
		data.args[i] = draw_argument();
	return data;
}

/* The errno that stands for a verdict, from 1. */
static uint32_t
stand_in(uint32_t verdict)
{
	const uint32_t data = verdict & SECCOMP_RET_DATA;

	switch (verdict & SECCOMP_RET_ACTION_FULL) {
	case SECCOMP_RET_ALLOW:
		return 1001;
	case SECCOMP_RET_KILL_PROCESS:
		return 1002;
	case SECCOMP_RET_USER_NOTIF:
		return 1003;
	case SECCOMP_RET_LOG:
		return 1004;
	case SECCOMP_RET_ERRNO:
		return data;
	default:
		return 1005;
	}
}

/*
 * The program with each verdict as an errno, behind a way out for the child:
 * exit_group(END_MARK) passes.
 */
static void
disarm(const struct sock_fprog *program, struct sock_fprog *ret)
{
	const struct sock_filter prelude[PRELUDE] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
		    offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit_group, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
		    offsetof(struct seccomp_data, args)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, END_MARK, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	uint32_t i;

	ret->len = (unsigned short)(program->len + PRELUDE);
	ret->filter = calloc(ret->len, sizeof(*ret->filter));
	assert_non_null(ret->filter);
	memcpy(ret->filter, prelude, sizeof(prelude));
	for (i = 0; i < program->len; i++) {
		struct sock_filter *step = &ret->filter[PRELUDE + i];

		*step = program->filter[i];
		if (step->code == (BPF_RET | BPF_K))
			step->k = SECCOMP_RET_ERRNO | stand_in(step->k);
	}
}

static void
make_calls(void *argument)
{
	const size_t n = *(const size_t *)argument;
	size_t i;

	shared->loaded = 1;
	for (i = 0; i < n; i++) {
		const struct seccomp_data *data = &shared->tuples[i];
		const long r = syscall(data->nr, data->args[0], data->args[1],
		    data->args[2], data->args[3], data->args[4], data->args[5]);

		shared->errors[i] = r == -1 ? errno : 0;
	}
	test_filter_exit(END_MARK);
}

/* Makes the first n tuples in a child under the program. */
static void
run_tuples(const struct sock_fprog *program, size_t n)
{
	int status;

	shared->loaded = 0;
	memset(shared->errors, 0, n * sizeof(shared->errors[0]));
	status = test_filter_run(program, make_calls, &n);
	assert_int_equal(shared->loaded, 1);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), END_MARK);
}

static void
expect_errors(const struct sock_fprog *program, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		const struct seccomp_data *data = &shared->tuples[i];
		const uint32_t expected =
		    stand_in(psd_bpf_run(program, data, NULL));

		if (shared->errors[i] != (int)expected)
			fail_msg("call %d(0x%llx, 0x%llx, 0x%llx, 0x%llx): "
				 "the kernel says %d, the evaluator %u",
			    data->nr, data->args[0], data->args[1],
			    data->args[2], data->args[3], shared->errors[i],
			    expected);
	}
}

static void
skip_under_valgrind(void)
{
	if (test_under_valgrind()) {
		print_message("SKIP: valgrind makes system calls itself\n");
		skip();
	}
}

static int
set_up(void **state)
{
	(void)state;
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return shared == MAP_FAILED ? -1 : 0;
}

static int
tear_down(void **state)
{
	(void)state;
	return munmap(shared, sizeof(*shared));
}

#endif
