/* SPDX-License-Identifier: ISC */
/* What the evaluator says of a compiled filter is what the kernel does. */
#include "tests/unit/kernel_fixture.h"

static void
compare_filter(const char *words, enum psd_violation on_violation,
    enum psd_filter_kind kind)
{
	static const struct psd_filter_numbers numbers = { 1024, 1025 };
	struct psd_filter *filter =
	    test_filter_compile(words, on_violation, kind, &numbers);
	struct sock_fprog harmless;
	size_t i;

	for (i = 0; i < TUPLES; i++)
		shared->tuples[i] = draw_tuple();
	disarm(&filter->program, &harmless);
	run_tuples(&harmless, TUPLES);
	expect_errors(&filter->program, TUPLES);
	free(harmless.filter);
	psd_filter_free(filter);
}

static void
kernel_and_evaluator_agree_on_a_million_calls(void **state)
{
	(void)state;
	skip_under_valgrind();
	compare_filter("@helper @loader", PSD_VIOLATION_KILL, PSD_FILTER_PLAIN);
	compare_filter("@helper @loader @network-io @threads",
	    PSD_VIOLATION_KILL, PSD_FILTER_NOTIFY);
	compare_filter("@helper @loader @network-io @threads @basic-io "
		       "@io-event @signal @timer @sync",
	    PSD_VIOLATION_ERRNO, PSD_FILTER_PLAIN);
	compare_filter("@threads @network-io mmap clone3 socket",
	    PSD_VIOLATION_LOG, PSD_FILTER_PLAIN);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kernel_and_evaluator_agree_on_a_million_calls),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
