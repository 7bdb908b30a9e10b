/* SPDX-License-Identifier: ISC */
#include "tests/support/rest.h"

#include "tests/support/child.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

/* How often it was given the processor, having slept. */
static long
count_wakeups(pid_t pid)
{
	char path[64], line[256];
	long n = -1;
	FILE *file;

	(void)snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	file = fopen(path, "re");
	assert_non_null(file);
	while (fgets(line, sizeof(line), file) != NULL)
		if (sscanf(line, "voluntary_ctxt_switches: %ld", &n) == 1)
			break;
	(void)fclose(file);
	assert_true(n >= 0);
	return n;
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
