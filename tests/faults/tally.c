/* SPDX-License-Identifier: ISC */
#include "tests/faults/tally.h"

#include "tests/faults/errnos.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { POINT_MAX = 128 };

static void
print_plan(const struct inject_plan *plan, char ret[POINT_MAX])
{
	static const char *const acts[] = {
		[INJECT_NOTHING] = "nothing",
		[INJECT_FAIL] = "",
		[INJECT_SHORTEN] = "one byte",
		[INJECT_KILL_BEFORE] = "killed before",
		[INJECT_KILL_AFTER] = "killed after",
	};

	(void)snprintf(ret, POINT_MAX, "%s%s %u %s",
	    plan->of_child ? "child's " : "", errnos_call_name(plan->number),
	    plan->nth,
	    plan->act == INJECT_FAIL ? errnos_name(plan->error)
				     : acts[plan->act]);
}

/*
 * By what it is and not by its place in the list, which may be another in
 * another run: so the shards leave out nothing.
 */
static bool
is_of_shard(const char *step, const char *point)
{
	const char *shard = getenv("PSD_SOAK_SHARD");
	unsigned which, of, sum = 0;

	if (shard == NULL)
		return true;
	assert_int_equal(sscanf(shard, "%u/%u", &which, &of), 2);
	assert_true(which >= 1 && which <= of);
	for (const char *c = step; *c != '\0'; c++)
		sum = sum * 31 + (unsigned char)*c;
	for (const char *c = point; *c != '\0'; c++)
		sum = sum * 31 + (unsigned char)*c;
	return (sum ^ sum >> 16) % of == which - 1;
}

bool
tally_wants(const char *step, const struct inject_plan *plan)
{
	const char *only = getenv("PSD_FAULT_POINT");
	char point[POINT_MAX];

	print_plan(plan, point);
	return (only == NULL || strcmp(only, point) == 0) &&
	    is_of_shard(step, point);
}

void
tally_add(struct tally *tally, const char *step, const struct inject_plan *plan,
    bool is_good, const char *what)
{
	const bool is_kill =
	    plan->act == INJECT_KILL_BEFORE || plan->act == INJECT_KILL_AFTER;
	const bool has_hit = inject_has_hit();
	char point[POINT_MAX];

	print_plan(plan, point);
	print_message("# %s%s: %s: %s\n", is_good ? "" : "FAILED ", step, point,
	    has_hit ? what : "did not happen");
	tally->n_faults += has_hit && !is_kill;
	tally->n_kills += has_hit && is_kill;
	tally->n_missed += !has_hit;
	tally->n_failed += !is_good;
}

void
tally_end(const struct tally *tally)
{
	print_message(
	    "# in all: %zu faults, %zu kills, %zu did not happen, %zu failed\n",
	    tally->n_faults, tally->n_kills, tally->n_missed, tally->n_failed);
	assert_int_equal(tally->n_failed, 0);
	/* Of one step, point or shard alone there may be none. */
	assert_true(tally->n_faults + tally->n_kills > 0 ||
	    getenv("PSD_FAULT_STEP") != NULL ||
	    getenv("PSD_FAULT_POINT") != NULL ||
	    getenv("PSD_SOAK_SHARD") != NULL);
}
