/* SPDX-License-Identifier: ISC */
/* A tree finds what to do with a call, and it is what was found before. */
#include "common/arch.h"
#include "common/mem.h"
#include "policy/bpf.h"
#include "policy/callname.h"
#include "tests/support/filter.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define LOAD(word) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 4U * (word))
#define EQUAL(value, yes, no) \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, yes, no)
#define RETURN(verdict) BPF_STMT(BPF_RET | BPF_K, verdict)

enum {
	HIGHEST = 300,
	PROGRAMS = 60,
	NUMBER_WORD = 0,
	ARGUMENT_WORD = 4,
	VERDICTS = 4,
};

static const uint32_t verdicts[VERDICTS] = { SECCOMP_RET_ALLOW,
	SECCOMP_RET_KILL_PROCESS, SECCOMP_RET_ERRNO | EPERM,
	SECCOMP_RET_USER_NOTIF };

static uint64_t seed = UINT64_C(0x9e3779b97f4a7c15);

static uint32_t
below(uint32_t end)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (uint32_t)(seed % end);
}

/* A list of rules behind a prelude, as libseccomp might write it. */
struct list {
	struct psd_callset set;
	struct sock_filter steps[BPF_MAXINSNS];
	size_t n; /* behind the prelude */
};

static void
add(struct list *list, struct sock_filter step)
{
	assert_true(PSD_PRELUDE + list->n < BPF_MAXINSNS);
	list->steps[PSD_PRELUDE + list->n++] = step;
}

static void
list_init(struct list *list)
{
	list->set = (struct psd_callset){
		.arch = PSD_AUDIT_ARCH,
		.highest = HIGHEST,
	};
	list->n = 0;
	add(list, (struct sock_filter)LOAD(NUMBER_WORD));
}

static void
add_verdict(struct list *list, uint32_t number, uint32_t verdict)
{
	add(list, (struct sock_filter)EQUAL(number, 0, 1));
	add(list, (struct sock_filter)RETURN(verdict));
}

/* The first argument decides between two. */
static void
add_test(struct list *list, uint32_t number, uint32_t value)
{
	add(list, (struct sock_filter)EQUAL(number, 0, 4));
	add(list, (struct sock_filter)LOAD(ARGUMENT_WORD));
	add(list, (struct sock_filter)EQUAL(value, 0, 1));
	add(list, (struct sock_filter)RETURN(verdicts[below(VERDICTS)]));
	add(list, (struct sock_filter)RETURN(verdicts[below(VERDICTS)]));
}

static struct sock_fprog
list_end(struct list *list, uint32_t verdict)
{
	struct sock_fprog program = { .filter = list->steps };

	add(list, (struct sock_filter)RETURN(verdict));
	program.len = psd_program_begin(&list->set, list->steps, list->n);
	assert_int_equal(psd_bpf_check(&program), 0);
	return program;
}

static void
compare(const struct sock_fprog *before, const struct sock_fprog *after)
{
	static const uint32_t archs[] = { PSD_AUDIT_ARCH, 0, UINT32_MAX };

	for (uint32_t i = 0; i < PSD_ELEMENTS(archs) * (HIGHEST + 40); i++) {
		struct seccomp_data data = {
			.arch = archs[i % PSD_ELEMENTS(archs)],
			.nr = (int)(i / PSD_ELEMENTS(archs)),
		};

		if (data.nr > HIGHEST + 20)
			data.nr = (int)((uint32_t)data.nr << (below(24) + 8));
		for (data.args[0] = 0; data.args[0] < 3; data.args[0]++)
			assert_int_equal(psd_bpf_run(before, &data, NULL),
			    psd_bpf_run(after, &data, NULL));
	}
}

/* What the tree makes of it, in steps of the caller's. */
static struct sock_fprog
plant(const struct list *list, const struct sock_fprog *before,
    struct sock_filter *steps)
{
	struct sock_fprog after = { before->len, steps };

	memcpy(steps, before->filter, before->len * sizeof(*steps));
	assert_int_equal(psd_program_tree(&list->set, &after), 0);
	assert_int_equal(psd_bpf_check(&after), 0);
	return after;
}

static void
numbers_in_a_row_are_not_asked_for_one_by_one(void **state)
{
	struct list list;
	struct sock_filter steps[BPF_MAXINSNS];
	struct sock_fprog before, after;

	(void)state;
	list_init(&list);
	for (uint32_t number = 10; number < 60; number++)
		add_verdict(&list, number, SECCOMP_RET_ALLOW);
	before = list_end(&list, SECCOMP_RET_KILL_PROCESS);
	after = plant(&list, &before, steps);
	compare(&before, &after);
	/* Three bounds, the prelude, and the verdicts. */
	assert_true(after.len <= 3 + PSD_PRELUDE + 2);
}

static void
any_list_is_decided_as_before(void **state)
{
	struct list list;
	struct sock_filter steps[BPF_MAXINSNS];

	(void)state;
	for (unsigned i = 0; i < PROGRAMS; i++) {
		const uint32_t often = 1 + below(8);
		uint32_t verdict = verdicts[0];
		struct sock_fprog before, after;

		list_init(&list);
		for (uint32_t number = 0; number <= HIGHEST; number++) {
			if (below(often) == 0)
				verdict = verdicts[below(VERDICTS)];
			if (below(4) == 0)
				add_test(&list, number, below(3));
			else if (below(often) != 0)
				add_verdict(&list, number, verdict);
		}
		before = list_end(&list, verdicts[below(VERDICTS)]);
		after = plant(&list, &before, steps);
		compare(&before, &after);
		assert_true(after.len < before.len);
	}
}

static void
list_without_rules_is_one_verdict(void **state)
{
	struct list list;
	struct sock_filter steps[BPF_MAXINSNS];
	struct sock_fprog before, after;

	(void)state;
	list_init(&list);
	before = list_end(&list, SECCOMP_RET_ERRNO | EPERM);
	after = plant(&list, &before, steps);
	compare(&before, &after);
}

static void
program_that_calculates_with_the_number_stays_as_it_was(void **state)
{
	struct list list;
	struct sock_filter steps[BPF_MAXINSNS];
	struct sock_fprog before, after;

	(void)state;
	list_init(&list);
	add(&list, (struct sock_filter)BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 1));
	add_verdict(&list, 1, SECCOMP_RET_ALLOW);
	before = list_end(&list, SECCOMP_RET_KILL_PROCESS);
	after = plant(&list, &before, steps);
	assert_int_equal(after.len, before.len);
	assert_memory_equal(after.filter, before.filter,
	    before.len * sizeof(*steps));
}

/* Every second call there is, so that verdicts lie beyond a jump's reach. */
static void
filter_of_hundreds_of_calls_is_proven(void **state)
{
	static const struct psd_filter_numbers numbers = { 1024, 1025, NULL };
	char words[16384] = "@helper @loader @network-io @threads";
	size_t len = strlen(words);

	(void)state;
	for (int number = 0; number < psd_call_highest(PSD_AUDIT_ARCH);
	     number += 2) {
		char name[PSD_CALL_NAME_MAX + 1];

		if (psd_call_name(PSD_AUDIT_ARCH, number, name) == 0)
			len += (size_t)snprintf(words + len,
			    sizeof(words) - len, " %s", name);
	}
	assert_true(len < sizeof(words) - 1);
	for (int kind = PSD_FILTER_NOTIFY; kind <= PSD_FILTER_PLAIN; kind++)
		psd_filter_free(test_filter_compile(words, PSD_VIOLATION_KILL,
		    (enum psd_filter_kind)kind, &numbers));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_in_a_row_are_not_asked_for_one_by_one),
		cmocka_unit_test(any_list_is_decided_as_before),
		cmocka_unit_test(list_without_rules_is_one_verdict),
		cmocka_unit_test(
		    program_that_calculates_with_the_number_stays_as_it_was),
		cmocka_unit_test(filter_of_hundreds_of_calls_is_proven),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
