/* SPDX-License-Identifier: ISC */
#include "tests/support/op_rig.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/capability.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

static const int64_t second = 1000000000;

/*
 * Stands in for the C library's, so that no clock is touched: this program's
 * own definition is the one that the daemon's code is linked with.
 */
static struct timex asked;
static unsigned calls;
static bool is_real;

int instead_of_clock_adjtime(clockid_t clock, struct timex *how) __asm__(
    "clock_adjtime");

int
instead_of_clock_adjtime(clockid_t clock, struct timex *how)
{
	calls++;
	asked = *how;
	if (is_real)
		return (int)syscall(SYS_clock_adjtime, clock, how);
	if (clock == CLOCK_REALTIME)
		return 0;
	errno = EINVAL;
	return -1;
}

static int
ask(struct op_rig *rig, int64_t offset)
{
	struct psd_adjust_clock_req req = { .offset = offset };
	struct psd_adjust_clock_rep rep;

	return op_rig_ask(rig, PSD_OP_adjust_clock, &req, &rep);
}

static void
the_clock_is_slewed_and_never_jumps(void **state)
{
	static const struct {
		int64_t nsec;
		long usec;
	} cases[] = { { 0, 0 }, { 1500000000, 1500000 }, { -250000, -250 },
		{ 999, 0 }, { -999, 0 }, { INT64_MAX, INT64_MAX / 1000 },
		{ INT64_MIN, INT64_MIN / 1000 } };
	struct op_rig rig;

	(void)state;
	op_rig_start(&rig, NULL, "AllowAdjustClock=yes");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(ask(&rig, cases[i].nsec), 0);
		assert_int_equal(asked.modes, ADJ_OFFSET_SINGLESHOT);
		assert_int_equal(asked.offset, cases[i].usec);
	}
	op_rig_stop(&rig);
}

static void
an_offset_beyond_the_grants_is_refused(void **state)
{
	struct op_rig rig;

	(void)state;
	op_rig_start(&rig, NULL, "AllowAdjustClock=yes max=500ms");
	calls = 0;
	assert_int_equal(ask(&rig, second / 2), 0);
	assert_int_equal(ask(&rig, -second / 2), 0);
	assert_int_equal(calls, 2);
	assert_int_equal(ask(&rig, second / 2 + 1), -EPERM);
	assert_int_equal(ask(&rig, -second / 2 - 1), -EPERM);
	assert_int_equal(ask(&rig, INT64_MAX), -EPERM);
	assert_int_equal(ask(&rig, INT64_MIN), -EPERM);
	assert_int_equal(calls, 2);
	op_rig_stop(&rig);
}

static void
a_wider_line_is_good_for_once(void **state)
{
	struct op_rig rig;

	(void)state;
	op_rig_start(&rig, NULL,
	    "AllowAdjustClock=yes max=1ms\nAllowAdjustClock=yes once max=1h");
	assert_int_equal(ask(&rig, second), 0);
	assert_int_equal(ask(&rig, second), -EPERM);
	assert_int_equal(ask(&rig, 1000000), 0);
	op_rig_stop(&rig);
}

static void
without_a_grant_it_is_refused(void **state)
{
	struct op_rig rig;

	(void)state;
	calls = 0;
	op_rig_start(&rig, NULL, "AllowSetClock=yes");
	assert_int_equal(ask(&rig, 0), -EPERM);
	op_rig_stop(&rig);
	op_rig_start(&rig, NULL, "AllowAdjustClock=yes\nDenyAdjustClock=yes");
	assert_int_equal(ask(&rig, 0), -EPERM);
	op_rig_stop(&rig);
	assert_int_equal(calls, 0);
}

static void
the_failing_system_call_is_told_by_its_errno(void **state)
{
	struct op_rig rig;

	(void)state;
	op_rig_start(&rig, NULL, "AllowAdjustClock=yes");
	is_real = true;
	calls = 0;
	assert_int_equal(ask(&rig, 1000), -EPERM);
	assert_int_equal(calls, 1);
	is_real = false;
	op_rig_stop(&rig);
}

static void
a_malformed_adjust_clock_ends_the_conversation(void **state)
{
	struct psd_adjust_clock_req req = { .offset = 0 };

	(void)state;
	op_rig_check_malformed("AllowAdjustClock=yes", PSD_OP_adjust_clock,
	    &req);
}

/*
 * Should a linker ever choose the C library's function after all, the kernel
 * refuses and the machine's clock stays as it is.
 */
static void
give_up_the_clock(void)
{
	static const cap_value_t cap = CAP_SYS_TIME;
	cap_t caps = cap_get_proc();

	if (caps == NULL ||
	    cap_set_flag(caps, CAP_EFFECTIVE, 1, &cap, CAP_CLEAR) < 0 ||
	    cap_set_flag(caps, CAP_PERMITTED, 1, &cap, CAP_CLEAR) < 0 ||
	    cap_set_proc(caps) < 0)
		abort();
	(void)cap_free(caps);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_clock_is_slewed_and_never_jumps),
		cmocka_unit_test(an_offset_beyond_the_grants_is_refused),
		cmocka_unit_test(a_wider_line_is_good_for_once),
		cmocka_unit_test(without_a_grant_it_is_refused),
		cmocka_unit_test(the_failing_system_call_is_told_by_its_errno),
		cmocka_unit_test(
		    a_malformed_adjust_clock_ends_the_conversation),
	};

	give_up_the_clock();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
