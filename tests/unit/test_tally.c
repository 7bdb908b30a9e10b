/* SPDX-License-Identifier: ISC */
#include "daemon/tally.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct psd_tally tally;

static int
begin(void **state)
{
	(void)state;
	memset(&tally, 0, sizeof(tally));
	return 0;
}

/* Where the one time that was counted is. */
static size_t
place(void)
{
	size_t i = 0;

	while (i < PSD_TALLY_TIMES && tally.times[i].requests == 0)
		i++;
	return i;
}

static void
each_time_is_counted_below_the_first_bound_that_holds_it(void **state)
{
	(void)state;
	for (size_t i = 0; i + 1 < PSD_TALLY_TIMES; i++) {
		const uint64_t bound = psd_tally_bound_usec(i);

		(void)begin(NULL);
		psd_tally_answer(&tally, bound);
		assert_int_equal(place(), i);
		assert_int_equal(tally.times[i].sum_usec, bound);
		(void)begin(NULL);
		psd_tally_answer(&tally, bound + 1);
		assert_int_equal(place(), i + 1);
	}
	(void)begin(NULL);
	psd_tally_answer(&tally, 0);
	assert_int_equal(place(), 0);
}

static void
longest_times_have_no_bound(void **state)
{
	(void)state;
	assert_int_equal(psd_tally_bound_usec(PSD_TALLY_TIMES - 1), 0);
	psd_tally_answer(&tally, UINT64_MAX);
	assert_int_equal(place(), PSD_TALLY_TIMES - 1);
	(void)begin(NULL);
	psd_tally_answer(&tally, UINT64_C(3600) * 1000000);
	assert_int_equal(place(), PSD_TALLY_TIMES - 1);
}

static void
verdicts_are_counted_by_operation(void **state)
{
	(void)state;
	psd_tally_verdict(&tally, PSD_OP_open, true);
	psd_tally_verdict(&tally, PSD_OP_open, false);
	psd_tally_verdict(&tally, PSD_OP_open, false);
	psd_tally_verdict(&tally, PSD_OP_ping, true);
	assert_int_equal(tally.ops[PSD_OP_open].allowed, 1);
	assert_int_equal(tally.ops[PSD_OP_open].refused, 2);
	assert_int_equal(tally.ops[PSD_OP_ping].allowed, 1);
	assert_int_equal(tally.ops[PSD_OP_ping].refused, 0);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(
		    each_time_is_counted_below_the_first_bound_that_holds_it,
		    begin),
		cmocka_unit_test_setup(longest_times_have_no_bound, begin),
		cmocka_unit_test_setup(verdicts_are_counted_by_operation,
		    begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
