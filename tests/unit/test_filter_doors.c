/* SPDX-License-Identifier: ISC */
/* Doors built into a right program, each for one purpose, are found. */
#include "tests/unit/prove_fixture.h"

/* The sample's program with n steps before it. */
static void
expect_refusal_of_prefix(const struct sock_filter *steps, size_t n,
    const char *said)
{
	struct sock_fprog longer;
	struct bench bench;

	bench_init(&bench, PSD_AUDIT_ARCH, SAMPLE, PSD_VIOLATION_KILL,
	    PSD_FILTER_PLAIN);
	longer.len = (unsigned short)(bench.program.len + n);
	longer.filter = calloc(longer.len, sizeof(*longer.filter));
	assert_non_null(longer.filter);
	memcpy(longer.filter, steps, n * sizeof(*steps));
	memcpy(&longer.filter[n], bench.program.filter,
	    bench.program.len * sizeof(*steps));
	expect_refusal(&bench.set, &longer, said);
	free(longer.filter);
	bench_free(&bench);
}

static void
door_behind_a_secret_argument_is_refused(void **state)
{
	const struct sock_filter steps[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
		    offsetof(struct seccomp_data, args[1])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0xdecade, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};

	(void)state;
	expect_refusal_of_prefix(steps, 3, "looks at arguments of");
}

/* Among arguments that a rule speaks of, a value that none names. */
static void
door_behind_a_value_no_rule_names_is_refused(void **state)
{
	const struct sock_filter steps[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
		    offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
		    (uint32_t)psd_call_number(PSD_AUDIT_ARCH, "fcntl"), 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
		    offsetof(struct seccomp_data, args[1])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x7e57, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};

	(void)state;
	expect_refusal_of_prefix(steps, 5, "looks at arguments of fcntl");
}

static void
door_behind_the_caller_s_address_is_refused(void **state)
{
	const struct sock_filter steps[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
		    offsetof(struct seccomp_data, instruction_pointer)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x401000, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};

	(void)state;
	expect_refusal_of_prefix(steps, 3, "looks at arguments of");
}

static void
door_for_another_architecture_is_refused(void **state)
{
	const struct sock_filter steps[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
		    offsetof(struct seccomp_data, arch)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_I386, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};

	(void)state;
	expect_refusal_of_prefix(steps, 3, "architecture 0x40000003");
}

static void
new_calls_that_kill_are_refused(void **state)
{
	const struct sock_filter steps[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
		    offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K,
		    (uint32_t)psd_call_highest(PSD_AUDIT_ARCH) + 3, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
	};

	(void)state;
	expect_refusal_of_prefix(steps, 3,
	    "kills where the policy answers errno 38");
}

/* The kernel takes mremap()'s flags as a long. */
static void
upper_half_that_is_forgotten_is_refused(void **state)
{
	const struct sock_filter steps[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
		    offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
		    (uint32_t)psd_call_number(PSD_AUDIT_ARCH, "mremap"), 0, 5),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
		    offsetof(struct seccomp_data, args[3])),
		BPF_STMT(BPF_ALU | BPF_AND | BPF_K, ~(uint32_t)MREMAP_MAYMOVE),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
	};

	(void)state;
	expect_refusal_of_prefix(steps, 7, "lets it pass where the policy");
}

/* The kernel takes prctl()'s option as an int. */
static void
upper_half_that_is_compared_in_vain_is_refused(void **state)
{
	const struct sock_filter steps[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
		    offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
		    (uint32_t)psd_call_number(PSD_AUDIT_ARCH, "prctl"), 0, 6),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
		    offsetof(struct seccomp_data, args[0]) + 4),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
		    offsetof(struct seccomp_data, args[0])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PR_SET_NAME, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
	};

	(void)state;
	expect_refusal_of_prefix(steps, 8, "kills where the policy lets");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(door_behind_a_secret_argument_is_refused),
		cmocka_unit_test(door_behind_a_value_no_rule_names_is_refused),
		cmocka_unit_test(door_behind_the_caller_s_address_is_refused),
		cmocka_unit_test(door_for_another_architecture_is_refused),
		cmocka_unit_test(new_calls_that_kill_are_refused),
		cmocka_unit_test(upper_half_that_is_forgotten_is_refused),
		cmocka_unit_test(
		    upper_half_that_is_compared_in_vain_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
