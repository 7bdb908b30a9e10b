/* SPDX-License-Identifier: ISC */
/* A program that does not do what its policy says is not used. */
#include "tests/unit/prove_fixture.h"

static const char every_group[] =
    "@helper @loader @network-io @datagrams @threads @basic-io @io-event @signal "
    "@timer @sync";

enum {
	MUTANT_TUPLES = 20000,
	WAYS = 5, /* in which a step can be wrong */
};

static void
program_of_every_group_is_proven_for_both_architectures(void **state)
{
	static const char *const policies[] = { "@helper", "@loader",
		"@threads", "@network-io", "@datagrams", "@basic-io",
		"@io-event", "@signal", "@timer", "@sync", "@helper @loader",
		SAMPLE, "", every_group,
		"@helper mmap fcntl clone3 socket execveat sendmsg" };
	static const uint32_t archs[] = { AUDIT_ARCH_X86_64,
		AUDIT_ARCH_AARCH64 };
	char text[1024];
	size_t i, k;
	int violation;

	(void)state;
	for (i = 0; i < PSD_ELEMENTS(policies) * PSD_ELEMENTS(archs); i++) {
		for (k = 0; k < 6; k++) {
			struct bench bench;

			violation = (int)(k / 2);
			bench_init(&bench, archs[i % 2], policies[i / 2],
			    (enum psd_violation)violation,
			    (enum psd_filter_kind)(k % 2));
			if (!proves(&bench.set, &bench.program, text,
				sizeof(text)))
				fail_msg("\"%s\": %s", policies[i / 2], text);
			bench_free(&bench);
		}
	}
}

static void
program_of_another_policy_is_refused(void **state)
{
	static const struct {
		const char *words;
		enum psd_violation on_violation;
		enum psd_filter_kind kind;
		const char *said;
	} others[] = {
		{ SAMPLE " socket", PSD_VIOLATION_KILL, PSD_FILTER_PLAIN,
		    "socket(" },
		{ SAMPLE " mmap", PSD_VIOLATION_KILL, PSD_FILTER_PLAIN,
		    "mmap(" },
		{ SAMPLE " clone3", PSD_VIOLATION_KILL, PSD_FILTER_PLAIN,
		    "clone3(" },
		{ "@helper @loader @network-io", PSD_VIOLATION_KILL,
		    PSD_FILTER_PLAIN, "clone(" },
		{ SAMPLE, PSD_VIOLATION_ERRNO, PSD_FILTER_PLAIN,
		    "answers errno 1 where the policy kills" },
		{ SAMPLE, PSD_VIOLATION_LOG, PSD_FILTER_PLAIN,
		    "logs it and lets it pass where the policy kills" },
		{ SAMPLE, PSD_VIOLATION_KILL, PSD_FILTER_NOTIFY,
		    "notifies where the policy kills" },
		{ "", PSD_VIOLATION_KILL, PSD_FILTER_PLAIN,
		    "kills where the policy lets it pass" },
	};
	struct bench right, wrong;
	size_t i;

	(void)state;
	bench_init(&right, PSD_AUDIT_ARCH, SAMPLE, PSD_VIOLATION_KILL,
	    PSD_FILTER_PLAIN);
	for (i = 0; i < PSD_ELEMENTS(others); i++) {
		bench_init(&wrong, PSD_AUDIT_ARCH, others[i].words,
		    others[i].on_violation, others[i].kind);
		expect_refusal(&right.set, &wrong.program, others[i].said);
		bench_free(&wrong);
	}
	bench_free(&right);
}

static void
program_of_another_exec_number_is_refused(void **state)
{
	static const struct psd_filter_numbers lower = { 3, 1025 };
	struct test_filter_policy policy;
	struct psd_callset set;
	struct bench bench;

	(void)state;
	bench_init(&bench, PSD_AUDIT_ARCH, SAMPLE, PSD_VIOLATION_KILL,
	    PSD_FILTER_PLAIN);
	test_filter_policy_init(&policy, SAMPLE, PSD_VIOLATION_KILL);
	assert_int_equal(psd_callset_init(&set, PSD_AUDIT_ARCH, &policy.policy,
			     PSD_FILTER_PLAIN, &lower),
	    0);
	expect_refusal(&set, &bench.program, "execveat");
	psd_callset_free(&set);
	test_filter_policy_free(&policy);
	bench_free(&bench);
}

static void
program_that_lets_everything_pass_is_refused(void **state)
{
	struct sock_filter steps[] = { BPF_STMT(BPF_RET | BPF_K,
	    SECCOMP_RET_ALLOW) };
	const struct sock_fprog program = { .len = 1, .filter = steps };
	struct bench bench;

	(void)state;
	bench_init(&bench, PSD_AUDIT_ARCH, SAMPLE, PSD_VIOLATION_KILL,
	    PSD_FILTER_PLAIN);
	expect_refusal(&bench.set, &program, "lets it pass");
	steps[0].k = SECCOMP_RET_KILL_PROCESS;
	expect_refusal(&bench.set, &program, "kills where the policy");
	bench_free(&bench);
}

static void
program_that_the_kernel_would_not_load_is_refused(void **state)
{
	struct sock_filter steps[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 3),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
	};
	const struct sock_fprog program = { .len = 2, .filter = steps };
	struct bench bench;

	(void)state;
	bench_init(&bench, PSD_AUDIT_ARCH, SAMPLE, PSD_VIOLATION_KILL,
	    PSD_FILTER_PLAIN);
	expect_refusal(&bench.set, &program, "would not load it");
	bench_free(&bench);
}

/* A call that would show the difference between two programs. */
static bool
differ(const struct bench *bench, const struct sock_fprog *mutant)
{
	static uint32_t draw = 12345;
	unsigned i, k;

	for (i = 0; i < MUTANT_TUPLES; i++) {
		struct seccomp_data data = { .arch = PSD_AUDIT_ARCH };

		data.nr = (int)(i % 700);
		for (k = 0; k < 6; k++) {
			draw = draw * 1664525 + 1013904223;
			data.args[k] = (draw >> 24) & 31;
		}
		if (psd_bpf_run(mutant, &data, NULL) !=
		    psd_bpf_run(&bench->program, &data, NULL))
			return true;
	}
	return false;
}

/* What may go wrong with one step: none changes what it should not. */
static bool
mutate(struct sock_filter *step, unsigned way)
{
	const struct sock_filter before = *step;

	switch (way) {
	case 0:
		step->k++;
		break;
	case 1:
		step->k--;
		break;
	case 2:
		step->jt = before.jf;
		step->jf = before.jt;
		break;
	case 3:
		step->jf++;
		break;
	case 4:
		step->k = step->code == (BPF_RET | BPF_K) ? SECCOMP_RET_ALLOW
							  : step->k ^ 0x80;
		break;
	default:
		return false;
	}
	return memcmp(&before, step, sizeof(before)) != 0;
}

/*
 * Changes one step and asks the prover.  A mutant that passes must do what
 * the program does: a step that is never reached can hold anything.
 */
static bool
is_refused(struct bench *bench, unsigned at, unsigned way)
{
	struct sock_filter *steps = bench->program.filter;
	const size_t size = bench->program.len * sizeof(*steps);
	struct sock_fprog mutant = { .len = bench->program.len };
	bool is_proven = false;
	char text[1024];

	mutant.filter = malloc(size);
	assert_non_null(mutant.filter);
	memcpy(mutant.filter, steps, size);
	if (mutate(&mutant.filter[at], way)) {
		is_proven = proves(&bench->set, &mutant, text, sizeof(text));
		if (is_proven && differ(bench, &mutant))
			fail_msg("step %u, way %u: a wrong program was "
				 "believed",
			    at, way);
	} else {
		is_proven = true;
	}
	free(mutant.filter);
	return !is_proven;
}

static void
program_with_one_wrong_step_is_refused(void **state)
{
	struct bench bench;
	unsigned refused = 0;
	unsigned at, way;

	(void)state;
	bench_init(&bench, PSD_AUDIT_ARCH, SAMPLE, PSD_VIOLATION_KILL,
	    PSD_FILTER_PLAIN);
	for (at = 0; at < bench.program.len; at++) {
		for (way = 0; way < WAYS; way++)
			refused += is_refused(&bench, at, way);
	}
	assert_true(refused > 2u * bench.program.len);
	bench_free(&bench);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    program_of_every_group_is_proven_for_both_architectures),
		cmocka_unit_test(program_of_another_policy_is_refused),
		cmocka_unit_test(program_of_another_exec_number_is_refused),
		cmocka_unit_test(program_that_lets_everything_pass_is_refused),
		cmocka_unit_test(
		    program_that_the_kernel_would_not_load_is_refused),
		cmocka_unit_test(program_with_one_wrong_step_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
