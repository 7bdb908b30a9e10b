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
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

static const int64_t second = 1000000000, minute = 60 * second;

/*
 * Stands in for the C library's, so that no clock is touched: this program's
 * own definition is the one that the daemon's code is linked with.
 */
static struct timespec asked;
static unsigned calls;
static bool is_real;

int instead_of_clock_settime(clockid_t clock,
    const struct timespec *time) __asm__("clock_settime");

int
instead_of_clock_settime(clockid_t clock, const struct timespec *time)
{
	calls++;
	asked = *time;
	if (is_real)
		return (int)syscall(SYS_clock_settime, clock, time);
	if (clock == CLOCK_REALTIME)
		return 0;
	errno = EINVAL;
	return -1;
}

static int64_t
now(void)
{
	struct timespec time;

	assert_int_equal(clock_gettime(CLOCK_REALTIME, &time), 0);
	return (int64_t)time.tv_sec * second + time.tv_nsec;
}

static int
ask(struct op_rig *rig, int64_t time)
{
	struct psd_set_clock_req req = { .time = time };
	struct psd_set_clock_rep rep;

	return op_rig_ask(rig, PSD_OP_set_clock, &req, &rep);
}

static void
the_clock_is_set_to_the_moment(void **state)
{
	struct op_rig rig;

	(void)state;
	op_rig_start(&rig, NULL, "AllowSetClock=yes");
	assert_int_equal(ask(&rig, 1234567890 * second + 987654321), 0);
	assert_int_equal(asked.tv_sec, 1234567890);
	assert_int_equal(asked.tv_nsec, 987654321);
	assert_int_equal(ask(&rig, 0), 0);
	assert_int_equal(asked.tv_sec, 0);
	calls = 0;
	assert_int_equal(ask(&rig, -1), -EINVAL);
	assert_int_equal(ask(&rig, INT64_MIN), -EINVAL);
	assert_int_equal(calls, 0);
	op_rig_stop(&rig);
}

/* A minute beside the bound either way, for slow machines. */
static void
a_jump_beyond_the_grants_is_refused(void **state)
{
	struct op_rig rig;

	(void)state;
	op_rig_start(&rig, NULL, "AllowSetClock=yes max=1h");
	assert_int_equal(ask(&rig, now() + 59 * minute), 0);
	assert_int_equal(ask(&rig, now() - 59 * minute), 0);
	calls = 0;
	assert_int_equal(ask(&rig, now() + 61 * minute), -EPERM);
	assert_int_equal(ask(&rig, now() - 61 * minute), -EPERM);
	assert_int_equal(ask(&rig, 0), -EPERM);
	assert_int_equal(ask(&rig, INT64_MAX), -EPERM);
	assert_int_equal(ask(&rig, INT64_MIN), -EPERM);
	assert_int_equal(calls, 0);
	op_rig_stop(&rig);
}

static void
without_a_grant_it_is_refused(void **state)
{
	struct op_rig rig;

	(void)state;
	calls = 0;
	op_rig_start(&rig, NULL, "AllowAdjustClock=yes");
	assert_int_equal(ask(&rig, now()), -EPERM);
	op_rig_stop(&rig);
	assert_int_equal(calls, 0);
}

static void
the_failing_system_call_is_told_by_its_errno(void **state)
{
	struct op_rig rig;

	(void)state;
	op_rig_start(&rig, NULL, "AllowSetClock=yes max=1h");
	is_real = true;
	calls = 0;
	assert_int_equal(ask(&rig, now()), -EPERM);
	assert_int_equal(calls, 1);
	is_real = false;
	op_rig_stop(&rig);
}

static void
a_malformed_set_clock_ends_the_conversation(void **state)
{
	struct psd_set_clock_req req = { .time = 0 };

	(void)state;
	op_rig_check_malformed("AllowSetClock=yes max=1s", PSD_OP_set_clock,
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
		cmocka_unit_test(the_clock_is_set_to_the_moment),
		cmocka_unit_test(a_jump_beyond_the_grants_is_refused),
		cmocka_unit_test(without_a_grant_it_is_refused),
		cmocka_unit_test(the_failing_system_call_is_told_by_its_errno),
		cmocka_unit_test(a_malformed_set_clock_ends_the_conversation),
	};

	give_up_the_clock();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
