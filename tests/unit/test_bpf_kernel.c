/* SPDX-License-Identifier: ISC */
/* The evaluator takes and runs any program as the kernel does. */
#include "tests/unit/kernel_fixture.h"

enum {
	PROGRAMS = 600,
	PROGRAM_TUPLES = 64,
	STEPS_MAX = 24,
};

/* Any instruction, most of them sound. */
static struct sock_filter
draw_step(uint32_t left)
{
	static const uint16_t codes[] = {
		BPF_LD | BPF_W | BPF_ABS,
		BPF_LD | BPF_W | BPF_ABS,
		BPF_LD | BPF_W | BPF_ABS,
		BPF_LD | BPF_W | BPF_LEN,
		BPF_LDX | BPF_W | BPF_LEN,
		BPF_LD | BPF_IMM,
		BPF_LDX | BPF_IMM,
		BPF_LD | BPF_MEM,
		BPF_LDX | BPF_MEM,
		BPF_ST,
		BPF_STX,
		BPF_MISC | BPF_TAX,
		BPF_MISC | BPF_TXA,
		BPF_JMP | BPF_JA,
		BPF_JMP | BPF_JEQ | BPF_K,
		BPF_JMP | BPF_JEQ | BPF_X,
		BPF_JMP | BPF_JGE | BPF_K,
		BPF_JMP | BPF_JGE | BPF_X,
		BPF_JMP | BPF_JGT | BPF_K,
		BPF_JMP | BPF_JGT | BPF_X,
		BPF_JMP | BPF_JSET | BPF_K,
		BPF_JMP | BPF_JSET | BPF_X,
		BPF_ALU | BPF_ADD | BPF_K,
		BPF_ALU | BPF_ADD | BPF_X,
		BPF_ALU | BPF_SUB | BPF_K,
		BPF_ALU | BPF_SUB | BPF_X,
		BPF_ALU | BPF_MUL | BPF_K,
		BPF_ALU | BPF_MUL | BPF_X,
		BPF_ALU | BPF_DIV | BPF_K,
		BPF_ALU | BPF_DIV | BPF_X,
		BPF_ALU | BPF_AND | BPF_K,
		BPF_ALU | BPF_AND | BPF_X,
		BPF_ALU | BPF_OR | BPF_K,
		BPF_ALU | BPF_OR | BPF_X,
		BPF_ALU | BPF_XOR | BPF_K,
		BPF_ALU | BPF_XOR | BPF_X,
		BPF_ALU | BPF_LSH | BPF_K,
		BPF_ALU | BPF_RSH | BPF_K,
		BPF_ALU | BPF_NEG,
	};
	struct sock_filter step = {
		.code = codes[below(PSD_ELEMENTS(codes))],
		.jt = (unsigned char)below(left),
		.jf = (unsigned char)below(left),
	};

	switch (BPF_CLASS(step.code)) {
	case BPF_LD:
	case BPF_LDX:
		step.k =
		    BPF_MODE(step.code) == BPF_ABS ? 4 * below(16) : below(3);
		break;
	case BPF_ST:
	case BPF_STX:
		step.k = below(3);
		break;
	case BPF_ALU:
		step.k = below(2) == 0 ? 1 + below(31) : (uint32_t)draw();
		break;
	default:
		step.k =
		    step.code == (BPF_JMP | BPF_JA) ? below(left) : below(500);
	}
	return step;
}

/* Ends with any errno that comes from what was calculated. */
static void
draw_program(struct sock_filter steps[STEPS_MAX], struct sock_fprog *ret)
{
	const uint32_t n = 4 + below(STEPS_MAX - 4);
	uint32_t i;

	for (i = 0; i < n - 3; i++)
		steps[i] = draw_step(n - 1 - i);
	steps[n - 3] =
	    (struct sock_filter)BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0x3ff);
	steps[n - 2] = (struct sock_filter)BPF_STMT(BPF_ALU | BPF_OR | BPF_K,
	    SECCOMP_RET_ERRNO | 0x400);
	steps[n - 1] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_A, 0);
	ret->len = (unsigned short)n;
	ret->filter = steps;
}

static bool
kernel_takes(const struct sock_fprog *program)
{
	struct sock_fprog harmless;
	size_t none = 0;
	int status;

	disarm(program, &harmless);
	status = test_filter_run(&harmless, make_calls, &none);
	free(harmless.filter);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status) == END_MARK;
}

static void
kernel_and_evaluator_take_the_same_programs(void **state)
{
	struct sock_filter steps[STEPS_MAX];
	struct sock_fprog program;
	unsigned taken = 0;
	unsigned i;

	(void)state;
	skip_under_valgrind();
	for (i = 0; i < PROGRAMS; i++) {
		struct sock_filter *any;
		bool ours;

		draw_program(steps, &program);
		/* One field of one step is anything. */
		any = &steps[below(program.len)];
		if (below(2) == 0)
			any->k = (uint32_t)draw();
		else if (below(2) == 0)
			any->jt = (unsigned char)draw();
		else
			any->code = (uint16_t)below(0x200);
		ours = psd_bpf_check(&program) == 0;
		taken += ours;
		if (kernel_takes(&program) != ours)
			fail_msg("program %u: taken by %s alone", i,
			    ours ? "the evaluator" : "the kernel");
	}
	/* Both ways were tried often enough to tell. */
	assert_in_range(taken, PROGRAMS / 10, PROGRAMS - PROGRAMS / 10);
}

/* Draws tuples for which the program answers with an errno. */
static size_t
draw_answered(const struct sock_fprog *program)
{
	size_t n = 0;
	unsigned i;

	for (i = 0; i < PROGRAM_TUPLES; i++) {
		const struct seccomp_data data = draw_tuple();
		const uint32_t verdict = psd_bpf_run(program, &data, NULL);

		if ((verdict & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_ERRNO &&
		    (verdict & SECCOMP_RET_DATA) < 4095)
			shared->tuples[n++] = data;
	}
	return n;
}

static void
kernel_and_evaluator_run_any_program_alike(void **state)
{
	struct sock_filter steps[STEPS_MAX];
	struct sock_fprog program, harmless;
	size_t compared = 0;
	unsigned i;

	(void)state;
	skip_under_valgrind();
	for (i = 0; i < PROGRAMS; i++) {
		size_t n, k;

		draw_program(steps, &program);
		if (psd_bpf_check(&program) < 0)
			continue;
		/* The kernel's instruction pointer is not ours to know. */
		for (k = 0; k < program.len; k++) {
			if (steps[k].code == (BPF_LD | BPF_W | BPF_ABS) &&
			    (steps[k].k == 8 || steps[k].k == 12))
				steps[k].k = 16;
		}
		disarm(&program, &harmless);
		n = draw_answered(&harmless);
		if (n > 0) {
			run_tuples(&harmless, n);
			expect_errors(&harmless, n);
		}
		free(harmless.filter);
		compared += n;
	}
	assert_true(compared > PROGRAMS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kernel_and_evaluator_take_the_same_programs),
		cmocka_unit_test(kernel_and_evaluator_run_any_program_alike),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
