/* SPDX-License-Identifier: ISC */
/* When a child that closes descriptors is taken to be held up by them. */
#include "daemon/closer.h"
#include "tests/support/child.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static int
spin(void *argument)
{
	while (argument == NULL)
		continue;
	return 0;
}

static int
wait_for_nothing(void *argument)
{
	while (argument == NULL)
		(void)poll(NULL, 0, -1);
	return 0;
}

/* Is it taken to be held up, so long after its last step? */
static bool
is_stuck_after(int (*body)(void *argument), int msec)
{
	_Atomic uint32_t steps = 1;
	struct psd_closer closer = {
		.pid = test_child_start(body, NULL),
		.steps = &steps,
	};
	bool is_stuck;

	assert_true(closer.pid > 0);
	/* It is waiting by then, if it does that. */
	(void)poll(NULL, 0, 10);
	assert_false(psd_closer_is_stuck(&closer));
	(void)poll(NULL, 0, msec);
	is_stuck = psd_closer_is_stuck(&closer);
	test_child_kill(closer.pid);
	return is_stuck;
}

/* On a busy machine it may have closed all, and not come to say so. */
static void
a_child_that_waits_for_a_processor_alone_is_not_taken_for_slow(void **state)
{
	(void)state;
	assert_false(is_stuck_after(spin, 50));
	assert_true(is_stuck_after(spin, 1000));
	assert_true(is_stuck_after(wait_for_nothing, 50));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_child_that_waits_for_a_processor_alone_is_not_taken_for_slow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
