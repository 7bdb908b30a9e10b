/* SPDX-License-Identifier: ISC */
#include "tests/faults/pick.h"

#include "tests/faults/verdict.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include <cmocka.h>

/* For each of the sample, in case that a step has no call to choose from. */
enum { ATTEMPTS = 16 };

struct inject_plan
pick_plan(const struct campaign_point *point, enum inject_act act)
{
	return (struct inject_plan){
		.act = act,
		.of_child = point->of_child,
		.number = point->number,
		.nth = point->nth,
	};
}

enum pick_share
pick_share_of(bool is_complete, bool is_edge)
{
	if (!is_complete)
		return PICK_AT_RANDOM;
	/* One that is asked for by name is not to be left out. */
	return is_edge || getenv("PSD_FAULT_EVERY") != NULL ||
		getenv("PSD_FAULT_POINT") != NULL
	    ? PICK_EACH
	    : PICK_IN_TURN;
}

size_t
pick_first(enum pick_share share, unsigned nth, size_t n, unsigned *seed)
{
	if (share == PICK_EACH)
		return 0;
	return (share == PICK_IN_TURN ? nth : (unsigned)rand_r(seed)) % n;
}

size_t
pick_count(enum pick_share share, size_t n)
{
	return share == PICK_EACH ? n : 1;
}

size_t
pick_kills(enum pick_share share, unsigned nth, unsigned *seed,
    enum inject_act ret[2])
{
	static const enum inject_act acts[] = { INJECT_KILL_BEFORE,
		INJECT_KILL_AFTER };

	ret[0] = acts[0];
	ret[1] = acts[1];
	if (share == PICK_EACH)
		return 2;
	if (share == PICK_IN_TURN && nth % 4 != 0)
		return 0;
	ret[0] = acts[pick_first(share, nth / 4, 2, seed)];
	return 1;
}

static bool
transfers_bytes(int number)
{
	return number == SYS_read || number == SYS_write ||
	    number == SYS_pread64 || number == SYS_pwrite64;
}

/*
 * That somebody is gone who then waits for an answer: true of the helper that
 * we speak with, which is killed, and not of a resolver, a relay and others.
 */
static bool
is_a_lie(const struct day_step *step, const struct inject_plan *plan)
{
	const bool asks_first = step->row != NULL && step->row->asks_resolver &&
	    plan->number == SYS_sendto && plan->nth == 1;

	return verdict_is_of_the_dead(plan) &&
	    (step->row == NULL || asks_first);
}

/* What a sanitizer asks for itself, and does not do without. */
static bool
is_a_sanitizers(int number)
{
	return getenv("PSD_ASAN") != NULL &&
	    (number == SYS_mmap || number == SYS_munmap ||
		number == SYS_mprotect || number == SYS_brk ||
		number == SYS_futex);
}

/*
 * A start that is told that a daemon is no more removes its control group, and
 * kills who is in it.
 */
bool
pick_harms_neighbours(const struct inject_plan *plan)
{
	return !plan->of_child && plan->act == INJECT_FAIL &&
	    plan->number == SYS_kill && plan->error == ESRCH;
}

static void
try_error(struct campaign *campaign, const struct day_step *step,
    const struct campaign_point *point, int error)
{
	struct inject_plan plan = pick_plan(point, INJECT_FAIL);

	plan.error = error;
	if (!is_a_lie(step, &plan) && !pick_harms_neighbours(&plan))
		campaign_try(campaign, step, &plan);
}

bool
pick_has_no_errors(int number)
{
	const struct errnos *errnos = errnos_of(number);

	/* The sanitizers' runtime makes calls of its own. */
	if (errnos == NULL && getenv("PSD_ASAN") == NULL &&
	    !errnos_cannot_fail(number))
		fail_msg("no row in errnos.def: %s", errnos_call_name(number));
	return errnos == NULL || is_a_sanitizers(number);
}

void
pick_errors(struct campaign *campaign, const struct day_step *step,
    const struct campaign_point *point, enum pick_share share)
{
	const struct errnos *errnos = errnos_of(point->number);
	const struct inject_plan shorter = pick_plan(point, INJECT_SHORTEN);
	size_t first;

	if (pick_has_no_errors(point->number))
		return;
	first = pick_first(share, point->nth, errnos->n, &campaign->seed);
	for (size_t i = 0; i < pick_count(share, errnos->n); i++)
		try_error(campaign, step, point, errnos->at[first + i]);
	if (transfers_bytes(point->number) && share == PICK_EACH)
		campaign_try(campaign, step, &shorter);
}

static bool
is_asked(const struct day_step *step,
    bool (*is_one)(const struct day_step *step))
{
	const char *only = getenv("PSD_FAULT_STEP");

	return (is_one == NULL || is_one(step)) &&
	    (only == NULL || strcmp(only, step->name) == 0);
}

static void
try_all(struct campaign *campaign, const struct day_step *step,
    bool of_children, pick_try try)
{
	static struct campaign_point points[CAMPAIGN_POINTS_MAX];
	size_t n;
	const struct campaign_point *listed =
	    campaign_points(campaign, step, of_children, &n);

	/* The list is gone with the next one's. */
	memcpy(points, listed, n * sizeof(*points));
	for (size_t i = 0; i < n; i++)
		try(campaign, step, &points[i],
		    pick_share_of(true, points[i].is_edge));
}

static void
try_some(struct campaign *campaign, const struct day_step *step,
    bool of_children, pick_try try)
{
	size_t n;
	const struct campaign_point *points =
	    campaign_points(campaign, step, of_children, &n);

	if (n > 0)
		try(campaign, step, &points[campaign_random(campaign, n)],
		    PICK_AT_RANDOM);
}

void
pick_points(struct campaign *campaign, bool of_children,
    bool (*is_one)(const struct day_step *step), pick_try try, size_t n)
{
	size_t n_steps;
	const struct day_step *steps = day_steps(&n_steps);

	for (size_t i = 0; campaign->is_complete && i < n_steps; i++)
		if (is_asked(&steps[i], is_one))
			try_all(campaign, &steps[i], of_children, try);
	for (size_t i = 0; !campaign->is_complete && i < n * ATTEMPTS &&
	     campaign->tally.n_faults + campaign->tally.n_kills < n;
	     i++) {
		const struct day_step *step =
		    &steps[campaign_random(campaign, n_steps)];

		if (!step->is_long && is_asked(step, is_one))
			try_some(campaign, step, of_children, try);
	}
}
