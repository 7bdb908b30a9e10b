/* SPDX-License-Identifier: ISC */
/*
 * When a child that closes descriptors is taken to be held up by them, and how
 * it is made.
 */
#include "daemon/closer.h"
#include "tests/support/child.h"
#include "tests/support/deny.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/syscall.h>

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
	struct psd_closer closer = {
		.pid = test_child_start(body, NULL),
		.steps = 1,
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

/* Filters cannot look into the flags of clone3(), so sandboxes refuse it. */
static int
close_without(void *argument)
{
	const int error = *(const int *)argument;
	struct psd_closer closer;
	int ends[2];

	if (test_deny(SYS_clone3, error) < 0 ||
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0 ||
	    psd_closer_start(&closer, ends, 2) < 0)
		return 1;
	while (!psd_closer_has_ended(&closer))
		(void)poll(NULL, 0, 1);
	return psd_closer_end(&closer) != 2 || fcntl(ends[0], F_GETFD) >= 0 ||
	    fcntl(ends[1], F_GETFD) >= 0;
}

static void
where_clone3_is_refused_it_is_closed_as_ever(void **state)
{
	int errors[] = { ENOSYS, EPERM };

	(void)state;
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(test_child_exit_status(
				     test_child_start(close_without,
					 &errors[i])),
		    0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_child_that_waits_for_a_processor_alone_is_not_taken_for_slow),
		cmocka_unit_test(where_clone3_is_refused_it_is_closed_as_ever),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
