/* SPDX-License-Identifier: ISC */
/* What is the same for many services is made once. */
#include "common/mem.h"
#include "policy/bpf.h"
#include "tests/support/filter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const struct psd_filter_numbers numbers = { 1024, 1025, NULL };

static struct psd_filter *
compile(const char *words)
{
	return test_filter_compile(words, PSD_VIOLATION_KILL, PSD_FILTER_PLAIN,
	    &numbers);
}

static void
policies_with_the_same_calls_share_a_filter(void **state)
{
	struct psd_filter *first = compile("@helper @loader");
	struct psd_filter *second = compile("@helper @loader");

	(void)state;
	assert_ptr_equal(first, second);
	psd_filter_free(first);
	psd_filter_free(second);
}

static void
policies_that_differ_do_not(void **state)
{
	static const struct psd_filter_numbers others[] = {
		{ 1026, 1025, NULL },
		{ 1024, 1025, (const char *)&numbers },
	};
	static const char words[] = "@helper @loader";
	struct psd_filter *filters[] = {
		compile(words),
		compile("@helper"),
		compile("@helper @loader socket"),
		test_filter_compile(words, PSD_VIOLATION_ERRNO,
		    PSD_FILTER_PLAIN, &numbers),
		test_filter_compile(words, PSD_VIOLATION_KILL,
		    PSD_FILTER_NOTIFY, &numbers),
		test_filter_compile(words, PSD_VIOLATION_KILL, PSD_FILTER_PLAIN,
		    &others[0]),
		test_filter_compile(words, PSD_VIOLATION_KILL, PSD_FILTER_PLAIN,
		    &others[1]),
		test_filter_compile(words, PSD_VIOLATION_KILL, PSD_FILTER_PLAIN,
		    NULL),
	};

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(filters); i++)
		for (size_t k = 0; k < i; k++)
			assert_ptr_not_equal(filters[i], filters[k]);
	for (size_t i = 0; i < PSD_ELEMENTS(filters); i++)
		psd_filter_free(filters[i]);
}

static void
shared_filter_lasts_as_long_as_its_last_user(void **state)
{
	struct psd_filter *first = compile("@helper");
	struct psd_filter *second = compile("@helper");

	(void)state;
	psd_filter_free(first);
	assert_int_equal(psd_bpf_check(&second->program), 0);
	psd_filter_free(second);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(policies_with_the_same_calls_share_a_filter),
		cmocka_unit_test(policies_that_differ_do_not),
		cmocka_unit_test(shared_filter_lasts_as_long_as_its_last_user),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
