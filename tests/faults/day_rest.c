/* SPDX-License-Identifier: ISC */
#include "tests/faults/day.h"

#include "tests/faults/alone.h"
#include "tests/support/sample.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { LIVES = 4 };

/* How long whoever should be gone is awaited before we part from it. */
enum { PATIENCE = 300 };

/*
 * But for what looks after control groups that were not empty when they were
 * to be removed, which is opened when there is one, and stays.
 */
struct ledger
day_look(const struct day *day)
{
	struct ledger ledger = ledger_of(day->rig.pid);

	ledger.fds -= ledger.watches;
	return ledger;
}

/*
 * Helpers that end soon, one after the other, are taken to fail, and wait for
 * longer each time; a policy that has changed forgives.
 */
static void
forgive(struct day *day, const struct day_step *step)
{
	static const char *const words[] = { "reload", NULL };
	char last[DAY_OUTCOME_MAX];

	day->lives = 0;
	day->generation++;
	day_write_all(day);
	if (step->is_of_door)
		day_write_door(day);
	/* What privsepctl reads may be what the step has just removed. */
	sample_make(day->files);
	assert_int_equal(day_ctl(day, last, words), 0);
	day_part(day);
}

/* What is made ahead for the next helper may be less. */
static bool
is_at_rest(const struct day *day)
{
	struct ledger now;

	if (!ledger_has_children(day->rig.pid, day->baseline.children))
		return false;
	now = day_look(day);
	return now.fds <= day->baseline.fds &&
	    now.children == day->baseline.children && now.zombies == 0;
}

/*
 * A helper of an older policy is there as long as it has a client, and that may
 * be us.
 */
static bool
comes_to_rest(struct day *day, int deadline)
{
	struct ledger now;

	for (int ms = 1; ms <= deadline; ms++) {
		if (!day_meet(day))
			return false;
		if (is_at_rest(day))
			return true;
		if (ms % PATIENCE == 0)
			day_part(day);
		(void)poll(NULL, 0, 1);
	}
	if (deadline < DAY_DEADLINE)
		return false;
	now = day_look(day);
	alone_print_log(&day->rig);
	print_error("descriptors %zu, were %zu; children %zu, were %zu; "
		    "%zu zombies\n",
	    now.fds, day->baseline.fds, now.children, day->baseline.children,
	    now.zombies);
	return false;
}

bool
day_recovers(struct day *day, const struct day_step *step)
{
	if (step->uses_up) {
		(void)day_say(day, "end");
		day_part(day);
	}
	/* One that was killed while we spoke with somebody else is missed. */
	if (day->puppet >= 0 && *day_say(day, "ping 1") == '\0')
		day_part(day);
	day->lives += step->ends_helper ? 2 : day->puppet < 0;
	if (day->lives >= LIVES)
		forgive(day, step);
	/* One of an older policy that has met us stays until it has ended. */
	if (comes_to_rest(day, DAY_DEADLINE / 10))
		return true;
	(void)day_say(day, "end");
	day_part(day);
	return comes_to_rest(day, DAY_DEADLINE);
}

bool
day_start_again(struct day *day)
{
	int status;

	return day_may_start(day, false, &status) && day_wake(day) &&
	    comes_to_rest(day, DAY_DEADLINE);
}
