/* SPDX-License-Identifier: ISC */
#include "tests/support/neighbour.h"

#include "tests/support/child.h"
#include "tests/support/daemon_rig.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include <cmocka.h>

enum { PERIOD_MS = 10 };

static int its_puppet;

static uint32_t
microseconds_since(const struct timespec *start)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint32_t)((now.tv_sec - start->tv_sec) * 1000000 +
	    (now.tv_nsec - start->tv_nsec) / 1000);
}

static int
ping_for_ever(void *argument)
{
	struct neighbour_record *record = argument;

	for (;;) {
		struct timespec start;
		uint32_t took;

		(void)clock_gettime(CLOCK_MONOTONIC, &start);
		if (strcmp(daemon_rig_say(its_puppet, "ping 1"), "0") != 0) {
			record->failures++;
			return 1;
		}
		took = microseconds_since(&start);
		if (took > record->worst)
			record->worst = took;
		record->pings++;
		(void)poll(NULL, 0, PERIOD_MS);
	}
}

void
neighbour_start(struct neighbour *neighbour, int puppet)
{
	neighbour->record = mmap(NULL, sizeof(*neighbour->record),
	    PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(neighbour->record != MAP_FAILED);
	its_puppet = puppet;
	neighbour->pid = test_child_start(ping_for_ever, neighbour->record);
	assert_true(neighbour->pid > 0);
}

uint32_t
neighbour_worst(struct neighbour *neighbour)
{
	/* One that is under way is the next, and has waited through it all. */
	const uint32_t target = neighbour->record->pings + 1;

	for (int ms = 0; neighbour->record->pings < target; ms++) {
		assert_true(ms < TEST_DEADLINE);
		assert_int_equal(neighbour->record->failures, 0);
		(void)poll(NULL, 0, 1);
	}
	return atomic_exchange(&neighbour->record->worst, 0);
}

void
neighbour_stop(struct neighbour *neighbour)
{
	if (neighbour->pid > 0)
		test_child_kill(neighbour->pid);
	neighbour->pid = -1;
	(void)munmap(neighbour->record, sizeof(*neighbour->record));
}
