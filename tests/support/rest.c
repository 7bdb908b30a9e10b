/* SPDX-License-Identifier: ISC */
#include "tests/support/rest.h"

#include "tests/support/child.h"
#include "tests/support/status.h"

#include <poll.h>
#include <stdlib.h>

/* How often it was given the processor, having slept. */
static long
count_wakeups(pid_t pid)
{
	return strtol(test_status(pid, "voluntary_ctxt_switches"), NULL, 10);
}

bool
test_rests(pid_t pid, int msec)
{
	long before = count_wakeups(pid), after;

	for (int ms = 0; ms < TEST_DEADLINE; ms += msec) {
		(void)poll(NULL, 0, msec);
		after = count_wakeups(pid);
		if (after == before)
			return true;
		before = after;
	}
	return false;
}
