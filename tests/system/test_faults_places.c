/* SPDX-License-Identifier: ISC */
/*
 * Every place of the daemon's program from which a system call is made on a
 * day, by the daemon or by a child of it, sees it fail once, with one of the
 * errors that it may have: by PSD_FAULT_PLACES=1 (make coverage).
 */
#include "common/mem.h"
#include "tests/faults/pick.h"
#include "tests/faults/places.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct campaign campaign;

/* Those that end in a failure are held back for ever longer, or forgiven. */
static void
forgive(const struct day_step *step)
{
	static const char *const names[] = { "failure and start",
		"broken protocol", "denied call" };

	for (size_t i = 0; i < PSD_ELEMENTS(names); i++) {
		if (strcmp(step->name, names[i]) != 0)
			continue;
		day_part(&campaign.day);
		campaign.day.lives = 3;
		assert_true(day_recovers(&campaign.day, step));
	}
}

/* The list is gone with the next one's. */
static void
try_places_of(const struct day_step *step, bool of_children)
{
	static struct campaign_point points[CAMPAIGN_POINTS_MAX];
	size_t n, n_places = 0;
	const struct campaign_point *listed =
	    campaign_points(&campaign, step, of_children, &n);

	memcpy(points, listed, n * sizeof(*points));
	for (size_t i = 0; i < n; i++) {
		const pid_t daemon = campaign.day.rig.pid;

		if (!places_is_new(points[i].place))
			continue;
		n_places++;
		pick_errors(&campaign, step, &points[i], PICK_AT_RANDOM);
		/* Another one has nothing to forgive. */
		if (daemon > 0 && campaign.day.rig.pid == daemon)
			forgive(step);
	}
	print_message("# %s: %zu calls, %zu places more\n", step->name, n,
	    n_places);
}

static void
try_places(bool of_children)
{
	const char *only = getenv("PSD_FAULT_STEP");
	size_t n;
	const struct day_step *steps = day_steps(&n);

	campaign_begin(&campaign, of_children);
	for (size_t i = 0; i < n; i++)
		if (only == NULL || strcmp(only, steps[i].name) == 0)
			try_places_of(&steps[i], of_children);
	campaign_end(&campaign);
}

static void
a_call_that_fails_is_answered_wherever_it_is_made(void **state)
{
	(void)state;
	try_places(false);
}

static void
no_program_runs_when_a_call_fails_wherever_it_is_made(void **state)
{
	(void)state;
	try_places(true);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_call_that_fails_is_answered_wherever_it_is_made),
		cmocka_unit_test(
		    no_program_runs_when_a_call_fails_wherever_it_is_made),
	};

	if (!places_are_asked()) {
		print_message("SKIP: takes minutes, in make coverage\n");
		return 77;
	}
	if (inject_prepare() != 0 || day_leave_host() != 0)
		return 77;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
