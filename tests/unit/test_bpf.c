/* SPDX-License-Identifier: ISC */
/* The evaluator: what instructions do. */
#include "policy/bpf.h"

#include "common/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include <cmocka.h>

#define LOAD(offset) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset)
#define RETURN(value) BPF_STMT(BPF_RET | BPF_K, value)
#define RETURN_A BPF_STMT(BPF_RET | BPF_A, 0)
#define ARGUMENT(n) (uint32_t)(offsetof(struct seccomp_data, args) + 8 * (n))
#define NUMBER (uint32_t) offsetof(struct seccomp_data, nr)
#define ARCH (uint32_t) offsetof(struct seccomp_data, arch)

static const struct seccomp_data sample = {
	.nr = 41,
	.arch = 0xc000003e,
	.instruction_pointer = 0x1122334455667788,
	.args = { 0x100000002, 0xfffffffffffffffe, 3, 4, 5, 6 },
};

static uint32_t
run(struct sock_filter *steps, size_t n, struct psd_bpf_trace *trace)
{
	const struct sock_fprog program = {
		.len = (unsigned short)n,
		.filter = steps,
	};

	assert_int_equal(psd_bpf_check(&program), 0);
	return psd_bpf_run(&program, &sample, trace);
}

static void
every_word_of_the_call_can_be_read(void **state)
{
	static const struct {
		uint32_t offset;
		uint32_t value;
	} words[] = {
		{ NUMBER, 41 },
		{ ARCH, 0xc000003e },
		{ 8, 0x55667788 },
		{ 12, 0x11223344 },
		{ ARGUMENT(0), 2 },
		{ ARGUMENT(0) + 4, 1 },
		{ ARGUMENT(1), 0xfffffffe },
		{ ARGUMENT(1) + 4, 0xffffffff },
		{ ARGUMENT(5), 6 },
		{ ARGUMENT(5) + 4, 0 },
	};
	struct psd_bpf_trace trace;
	size_t i;

	(void)state;
	for (i = 0; i < PSD_ELEMENTS(words); i++) {
		struct sock_filter steps[] = { LOAD(words[i].offset),
			RETURN_A };

		assert_int_equal(run(steps, 2, &trace), words[i].value);
		assert_int_equal(trace.words_read, 1u << (words[i].offset / 4));
	}
}

static void
arithmetic_is_that_of_32_bits(void **state)
{
	static const struct {
		uint16_t op;
		uint32_t a;
		uint32_t operand;
		uint32_t result;
	} sums[] = {
		{ BPF_ADD, 0xffffffff, 2, 1 },
		{ BPF_SUB, 1, 2, 0xffffffff },
		{ BPF_MUL, 0x80000001, 2, 2 },
		{ BPF_DIV, 7, 2, 3 },
		{ BPF_AND, 0xff0f, 0x0ff0, 0x0f00 },
		{ BPF_OR, 0xf000, 0x000f, 0xf00f },
		{ BPF_XOR, 0xff, 0x0f, 0xf0 },
		{ BPF_LSH, 3, 31, 0x80000000 },
		{ BPF_RSH, 0x80000000, 31, 1 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < PSD_ELEMENTS(sums); i++) {
		struct sock_filter with_k[] = {
			BPF_STMT(BPF_LD | BPF_IMM, sums[i].a),
			BPF_STMT((uint16_t)(BPF_ALU | BPF_K | sums[i].op),
			    sums[i].operand),
			RETURN_A,
		};
		struct sock_filter with_x[] = {
			BPF_STMT(BPF_LD | BPF_IMM, sums[i].a),
			BPF_STMT(BPF_LDX | BPF_IMM, sums[i].operand),
			BPF_STMT((uint16_t)(BPF_ALU | BPF_X | sums[i].op), 99),
			RETURN_A,
		};

		assert_int_equal(run(with_k, 3, NULL), sums[i].result);
		assert_int_equal(run(with_x, 4, NULL), sums[i].result);
	}
}

static void
negation_is_that_of_32_bits(void **state)
{
	struct sock_filter steps[] = { LOAD(NUMBER),
		BPF_STMT(BPF_ALU | BPF_NEG, 0), RETURN_A };

	(void)state;
	assert_int_equal(run(steps, 3, NULL), (uint32_t)-41);
}

static void
division_by_a_register_of_zero_kills(void **state)
{
	struct sock_filter steps[] = { BPF_STMT(BPF_LD | BPF_IMM, 7),
		BPF_STMT(BPF_LDX | BPF_IMM, 0),
		BPF_STMT(BPF_ALU | BPF_DIV | BPF_X, 0),
		RETURN(SECCOMP_RET_ALLOW) };

	(void)state;
	assert_int_equal(run(steps, 4, NULL), SECCOMP_RET_KILL_THREAD);
}

static void
jumps_compare_without_a_sign(void **state)
{
	static const struct {
		uint16_t op;
		uint32_t a;
		uint32_t operand;
		bool is_taken;
	} jumps[] = {
		{ BPF_JEQ, 5, 5, true },
		{ BPF_JEQ, 5, 6, false },
		{ BPF_JGT, 5, 5, false },
		{ BPF_JGT, 0xffffffff, 1, true },
		{ BPF_JGT, 1, 0xffffffff, false },
		{ BPF_JGE, 5, 5, true },
		{ BPF_JGE, 4, 5, false },
		{ BPF_JGE, 0x80000000, 0x7fffffff, true },
		{ BPF_JSET, 6, 2, true },
		{ BPF_JSET, 6, 9, false },
		{ BPF_JSET, 6, 0, false },
	};
	size_t i;

	(void)state;
	for (i = 0; i < PSD_ELEMENTS(jumps); i++) {
		struct sock_filter with_k[] = {
			BPF_STMT(BPF_LD | BPF_IMM, jumps[i].a),
			BPF_JUMP((uint16_t)(BPF_JMP | BPF_K | jumps[i].op),
			    jumps[i].operand, 1, 0),
			RETURN(1),
			RETURN(2),
		};
		struct sock_filter with_x[] = {
			BPF_STMT(BPF_LD | BPF_IMM, jumps[i].a),
			BPF_STMT(BPF_LDX | BPF_IMM, jumps[i].operand),
			BPF_JUMP((uint16_t)(BPF_JMP | BPF_X | jumps[i].op), 99,
			    1, 0),
			RETURN(1),
			RETURN(2),
		};
		const uint32_t expected = jumps[i].is_taken ? 2 : 1;

		assert_int_equal(run(with_k, 4, NULL), expected);
		assert_int_equal(run(with_x, 5, NULL), expected);
	}
}

static void
scratch_memory_and_registers_keep_their_values(void **state)
{
	struct sock_filter steps[] = {
		BPF_STMT(BPF_LD | BPF_IMM, 11),
		BPF_STMT(BPF_ST, 3),
		BPF_STMT(BPF_MISC | BPF_TAX, 0),
		BPF_STMT(BPF_LD | BPF_W | BPF_LEN, 0),
		BPF_STMT(BPF_ALU | BPF_ADD | BPF_X, 0),
		BPF_STMT(BPF_STX, 15),
		BPF_STMT(BPF_LDX | BPF_MEM, 15),
		BPF_STMT(BPF_ALU | BPF_ADD | BPF_X, 0),
		BPF_STMT(BPF_LDX | BPF_W | BPF_LEN, 0),
		BPF_STMT(BPF_ALU | BPF_ADD | BPF_X, 0),
		BPF_STMT(BPF_ST, 0),
		BPF_STMT(BPF_MISC | BPF_TXA, 0),
		BPF_STMT(BPF_LD | BPF_MEM, 0),
		BPF_JUMP(BPF_JMP | BPF_JA, 1, 0, 0),
		RETURN(0),
		RETURN_A,
	};

	(void)state;
	assert_int_equal(run(steps, PSD_ELEMENTS(steps), NULL),
	    11 + 11 + 2 * sizeof(struct seccomp_data));
}

static void
trace_keeps_what_arguments_are_compared_with(void **state)
{
	struct sock_filter steps[] = {
		LOAD(NUMBER),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 41, 0, 0),
		LOAD(ARGUMENT(2)),
		BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0xff),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 3, 0, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0xff, 0, 0),
		RETURN(SECCOMP_RET_ALLOW),
	};
	struct psd_bpf_trace trace;

	(void)state;
	assert_int_equal(run(steps, PSD_ELEMENTS(steps), &trace),
	    SECCOMP_RET_ALLOW);
	assert_int_equal(trace.words_read,
	    1u << NUMBER / 4 | 1u << ARGUMENT(2) / 4);
	assert_int_equal(trace.n_constants, 2);
	assert_int_equal(trace.constants[0], 0xff);
	assert_int_equal(trace.constants[1], 3);
}

static void
trace_counts_constants_beyond_its_room(void **state)
{
	struct sock_filter steps[PSD_BPF_CONSTANTS_MAX + 10];
	const size_t n = PSD_ELEMENTS(steps);
	struct psd_bpf_trace trace;
	size_t i;

	(void)state;
	steps[0] = (struct sock_filter)LOAD(ARGUMENT(0));
	for (i = 1; i < n - 1; i++)
		steps[i] =
		    (struct sock_filter)BPF_STMT(BPF_ALU | BPF_ADD | BPF_K,
			(uint32_t)i);
	steps[n - 1] = (struct sock_filter)RETURN_A;
	(void)run(steps, n, &trace);
	assert_int_equal(trace.n_constants, n - 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_word_of_the_call_can_be_read),
		cmocka_unit_test(arithmetic_is_that_of_32_bits),
		cmocka_unit_test(negation_is_that_of_32_bits),
		cmocka_unit_test(division_by_a_register_of_zero_kills),
		cmocka_unit_test(jumps_compare_without_a_sign),
		cmocka_unit_test(
		    scratch_memory_and_registers_keep_their_values),
		cmocka_unit_test(trace_keeps_what_arguments_are_compared_with),
		cmocka_unit_test(trace_counts_constants_beyond_its_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
