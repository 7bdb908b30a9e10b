/* SPDX-License-Identifier: ISC */
#include "common/pair.h"
#include "tests/unit/pair_cases.h"
#include "tests/unit/pair_errors.h"

static const struct pair_maker atomic = { psd_pair, psd_pair_in,
	psd_pair_is_atomic };

static void
flags_are_set_by_the_call_that_creates(void **state)
{
	(void)state;
	assert_true(psd_pair_is_atomic());
}

int
main(void)
{
	static const struct CMUnitTest own[] = {
		cmocka_unit_test(flags_are_set_by_the_call_that_creates),
	};
	int failed;

	maker_in_test = &atomic;
	failed = cmocka_run_group_tests(pair_cases, NULL, NULL);
	failed += cmocka_run_group_tests(pair_errors, NULL, NULL);
	failed += cmocka_run_group_tests(own, NULL, NULL);
	return failed == 0 ? 0 : 1;
}
