/* SPDX-License-Identifier: ISC */
#include "daemon/clean.h"
#include "tests/support/child.h"

#include <errno.h>
#include <linux/rseq.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

/* Any value will do. */
enum { SIGNATURE = 0x53053053, SIZE = 32 };

/* A thread that has one is refused another. */
static int
registers_its_own(void *argument)
{
	static struct rseq area __attribute__((aligned(SIZE)));

	(void)argument;
	psd_clean_sequences();
	if (sched_getcpu() < 0)
		return 1;
	if (syscall(SYS_rseq, &area, SIZE, 0, SIGNATURE) < 0)
		return errno == ENOSYS ? 77 : 2;
	return 0;
}

static void
restartable_sequences_are_given_back(void **state)
{
	const int status =
	    test_child_exit_status(test_child_start(registers_its_own, NULL));

	(void)state;
	if (status == 77)
		skip();
	assert_int_equal(status, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(restartable_sequences_are_given_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
