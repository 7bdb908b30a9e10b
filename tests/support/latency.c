/* SPDX-License-Identifier: ISC */
#include "tests/support/latency.h"

#include "tests/support/daemon_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

enum { PINGS = 2000 };

static int
compare_doubles(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double
microseconds(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

struct latency
latency_of_pings(int puppet, const char *command)
{
	static double took[PINGS];

	for (size_t i = 0; i < PINGS; i++) {
		const double before = microseconds();

		assert_string_equal(daemon_rig_say(puppet, "%s", command), "0");
		took[i] = microseconds() - before;
	}
	qsort(took, PINGS, sizeof(took[0]), compare_doubles);
	return (struct latency){ took[PINGS / 2], took[PINGS - 1] };
}

void
latency_compare(struct latency alone, int puppet, const char *command,
    const char *with)
{
	const struct latency beside = latency_of_pings(puppet, command);

	print_message("# a ping takes %.1f us alone (at worst %.0f), "
		      "%.1f us (%.0f) with %s\n",
	    alone.median, alone.worst, beside.median, beside.worst, with);
}
