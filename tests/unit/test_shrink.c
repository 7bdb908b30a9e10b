/* SPDX-License-Identifier: ISC */
/* Programs become shorter and say the same. */
#include "common/mem.h"
#include "policy/bpf.h"
#include "policy/program.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define LOAD(word) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 4U * (word))
#define AND(mask) BPF_STMT(BPF_ALU | BPF_AND | BPF_K, mask)
#define EQUAL(value, yes, no) \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, yes, no)
#define GO(far) BPF_STMT(BPF_JMP | BPF_JA, far)
#define RETURN(verdict) BPF_STMT(BPF_RET | BPF_K, verdict)

enum {
	WORDS = 16,
	STEPS_MAX = 40,
	PROGRAMS = 20000,
	DATA = 40,
	FEW = 4, /* values, so that comparisons come true */
};

static uint64_t seed = UINT64_C(0x9e3779b97f4a7c15);

static uint32_t
below(uint32_t end)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (uint32_t)(seed % end);
}

static void
becomes(const struct sock_filter *before, unsigned short n,
    const struct sock_filter *after, unsigned short n_after)
{
	struct sock_filter steps[STEPS_MAX];
	struct sock_fprog program = { .len = n, .filter = steps };

	memcpy(steps, before, n * sizeof(*steps));
	assert_int_equal(psd_program_shrink(&program), 0);
	assert_int_equal(program.len, n_after);
	assert_memory_equal(steps, after, n_after * sizeof(*steps));
}

#define BECOMES(before, after) \
	becomes(before, PSD_ELEMENTS(before), after, PSD_ELEMENTS(after))

static void
comparison_with_an_empty_mask_is_left_out(void **state)
{
	const struct sock_filter before[] = { LOAD(5), AND(0), EQUAL(0, 0, 2),
		LOAD(4), EQUAL(7, 1, 0), RETURN(1), RETURN(2) };
	const struct sock_filter after[] = { LOAD(4), EQUAL(7, 1, 0), RETURN(1),
		RETURN(2) };

	(void)state;
	BECOMES(before, after);
}

static void
word_that_is_there_is_not_read_again(void **state)
{
	const struct sock_filter before[] = { LOAD(0), EQUAL(1, 0, 1), LOAD(0),
		EQUAL(2, 1, 0), RETURN(1), RETURN(2) };
	const struct sock_filter after[] = { LOAD(0), EQUAL(1, 0, 0),
		EQUAL(2, 1, 0), RETURN(1), RETURN(2) };

	(void)state;
	BECOMES(before, after);
}

static void
word_that_is_there_on_one_way_alone_is_read(void **state)
{
	const struct sock_filter steps[] = { LOAD(0), EQUAL(1, 0, 1), LOAD(4),
		LOAD(0), EQUAL(2, 1, 0), RETURN(1), RETURN(2) };
	const struct sock_filter masked[] = { LOAD(0), AND(3), LOAD(0),
		EQUAL(2, 1, 0), RETURN(1), RETURN(2) };

	(void)state;
	BECOMES(steps, steps);
	BECOMES(masked, masked);
}

static void
comparison_that_is_jumped_into_stays(void **state)
{
	const struct sock_filter steps[] = { LOAD(0), EQUAL(1, 1, 0), LOAD(5),
		AND(0), EQUAL(0, 0, 2), LOAD(4), EQUAL(7, 1, 0), RETURN(1),
		RETURN(2) };

	(void)state;
	BECOMES(steps, steps);
}

static void
what_no_way_leads_to_is_left_out(void **state)
{
	const struct sock_filter before[] = { LOAD(0), GO(1), RETURN(3),
		RETURN(1), RETURN(2) };
	const struct sock_filter after[] = { LOAD(0), GO(0), RETURN(1) };

	(void)state;
	BECOMES(before, after);
}

static void
program_that_the_kernel_would_refuse_is_refused(void **state)
{
	struct sock_filter steps[] = { LOAD(0), EQUAL(1, 9, 0), RETURN(1) };
	struct sock_fprog program = { .len = 3, .filter = steps };

	(void)state;
	assert_int_equal(psd_program_shrink(&program), -EINVAL);
	assert_int_equal(program.len, 3);
}

static struct sock_filter
draw_step(uint32_t left)
{
	const uint8_t yes = (uint8_t)below(left), no = (uint8_t)below(left);

	switch (below(8)) {
	case 0:
	case 1:
	case 2:
		return (struct sock_filter)LOAD(below(FEW));
	case 3:
		return (struct sock_filter)AND(below(FEW));
	case 4:
		return (struct sock_filter)GO(below(left < 3 ? left : 3));
	case 5:
		return (struct sock_filter)EQUAL(0, 0, no);
	case 6:
		return (struct sock_filter)RETURN(below(99));
	default:
		return (struct sock_filter)EQUAL(below(FEW), yes, no);
	}
}

/* Now and then just what is looked for. */
static unsigned short
draw_program(struct sock_filter *ret)
{
	const unsigned short n = (unsigned short)(8 + below(STEPS_MAX - 8));

	for (uint32_t i = 0; i < n - 1U; i++) {
		ret[i] = draw_step(n - 1U - i);
		if (i > 3 && i + 2 < n && below(6) == 0) {
			ret[i - 3] = (struct sock_filter)LOAD(below(FEW));
			ret[i - 2] = (struct sock_filter)AND(0);
			ret[i - 1] = (struct sock_filter)EQUAL(0, 0, 1);
			ret[i] = (struct sock_filter)LOAD(below(FEW));
		}
	}
	ret[n - 1U] = (struct sock_filter)RETURN(100);
	return n;
}

static void
compare(const struct sock_fprog *before, const struct sock_fprog *after)
{
	for (unsigned i = 0; i < DATA; i++) {
		union {
			struct seccomp_data data;
			uint32_t words[WORDS];
		} drawn;

		for (size_t word = 0; word < WORDS; word++)
			drawn.words[word] = below(FEW);
		assert_int_equal(psd_bpf_run(before, &drawn.data, NULL),
		    psd_bpf_run(after, &drawn.data, NULL));
	}
}

static void
any_program_says_the_same_afterwards(void **state)
{
	unsigned shorter = 0;

	(void)state;
	for (unsigned i = 0; i < PROGRAMS; i++) {
		struct sock_filter steps[STEPS_MAX], shrunk[STEPS_MAX];
		const struct sock_fprog before = {
			.len = draw_program(steps),
			.filter = steps,
		};
		struct sock_fprog after = { before.len, shrunk };

		memcpy(shrunk, steps, sizeof(steps));
		assert_int_equal(psd_program_shrink(&after), 0);
		assert_int_equal(psd_bpf_check(&after), 0);
		compare(&before, &after);
		if (after.len < before.len)
			shorter++;
	}
	assert_true(shorter > PROGRAMS / 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(comparison_with_an_empty_mask_is_left_out),
		cmocka_unit_test(word_that_is_there_is_not_read_again),
		cmocka_unit_test(word_that_is_there_on_one_way_alone_is_read),
		cmocka_unit_test(comparison_that_is_jumped_into_stays),
		cmocka_unit_test(what_no_way_leads_to_is_left_out),
		cmocka_unit_test(
		    program_that_the_kernel_would_refuse_is_refused),
		cmocka_unit_test(any_program_says_the_same_afterwards),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
