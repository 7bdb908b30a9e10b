/* SPDX-License-Identifier: ISC */
/* Which programs the evaluator takes. */
#include "policy/bpf.h"

#include "common/mem.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define LOAD(offset) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset)
#define RETURN(value) BPF_STMT(BPF_RET | BPF_K, value)
#define RETURN_A BPF_STMT(BPF_RET | BPF_A, 0)
#define NUMBER (uint32_t) offsetof(struct seccomp_data, nr)

static int
check(struct sock_filter *steps, size_t n)
{
	const struct sock_fprog program = {
		.len = (unsigned short)n,
		.filter = steps,
	};

	return psd_bpf_check(&program);
}

/* One wrong step before an honest end. */
static void
wrong_steps_are_refused(void **state)
{
	static const struct sock_filter wrong[] = {
		LOAD(2),
		LOAD(sizeof(struct seccomp_data)),
		LOAD(0xfffff000), /* an ancillary load of packets */
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 0),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 0),
		BPF_STMT(BPF_LD | BPF_W | BPF_IND, 0),
		BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0),
		BPF_STMT(BPF_LD | BPF_MEM, 0), /* nothing was stored */
		BPF_STMT(BPF_LD | BPF_MEM, BPF_MEMWORDS),
		BPF_STMT(BPF_ST, BPF_MEMWORDS),
		BPF_STMT(BPF_STX, UINT32_MAX),
		BPF_STMT(BPF_ALU | BPF_MOD | BPF_K, 3),
		BPF_STMT(BPF_ALU | BPF_DIV | BPF_K, 0),
		BPF_STMT(BPF_ALU | BPF_LSH | BPF_K, 32),
		BPF_STMT(BPF_ALU | BPF_RSH | BPF_K, 32),
		BPF_JUMP(BPF_JMP | BPF_JA, 1, 0, 0),
		BPF_JUMP(BPF_JMP | BPF_JA, UINT32_MAX, 0, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 1),
		BPF_STMT(BPF_RET | BPF_X, 0),
		BPF_STMT(BPF_JMP | 0xf0, 0),
		BPF_STMT(0xffff, 0),
	};
	size_t i;

	(void)state;
	for (i = 0; i < PSD_ELEMENTS(wrong); i++) {
		struct sock_filter steps[] = { wrong[i],
			RETURN(SECCOMP_RET_ALLOW) };

		if (check(steps, 2) != -EINVAL)
			fail_msg("step %zu was taken", i);
	}
}

static void
program_without_an_end_is_refused(void **state)
{
	static struct sock_filter steps[BPF_MAXINSNS + 1];
	size_t i;

	(void)state;
	for (i = 0; i < PSD_ELEMENTS(steps); i++)
		steps[i] = (struct sock_filter)LOAD(NUMBER);
	assert_int_equal(check(steps, 0), -EINVAL);
	assert_int_equal(check(steps, 3), -EINVAL);
	steps[BPF_MAXINSNS - 1] = (struct sock_filter)RETURN(0);
	steps[BPF_MAXINSNS] = (struct sock_filter)RETURN(0);
	assert_int_equal(check(steps, BPF_MAXINSNS), 0);
	assert_int_equal(check(steps, BPF_MAXINSNS + 1), -EINVAL);
}

static void
scratch_word_written_on_one_way_only_is_refused(void **state)
{
	struct sock_filter steps[] = {
		LOAD(NUMBER),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 41, 1, 0),
		BPF_STMT(BPF_ST, 5),
		BPF_STMT(BPF_LD | BPF_MEM, 5),
		RETURN_A,
	};

	(void)state;
	assert_int_equal(check(steps, PSD_ELEMENTS(steps)), -EINVAL);
	steps[1].jt = 0;
	assert_int_equal(check(steps, PSD_ELEMENTS(steps)), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wrong_steps_are_refused),
		cmocka_unit_test(program_without_an_end_is_refused),
		cmocka_unit_test(
		    scratch_word_written_on_one_way_only_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
