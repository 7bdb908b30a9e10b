/* SPDX-License-Identifier: ISC */
/*
 * Every system call of a daemon's day, and of its children, fails once with
 * every error that it may have: a sample of that here, the seed of which is
 * printed, and all of it with PSD_SOAK=1 (make soak).
 */
#include "tests/faults/pick.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/syscall.h>

#include <cmocka.h>

enum { SAMPLE = 14, SAMPLE_OF_CHILDREN = 6 };

static struct campaign campaign;

static void
a_call_that_fails_is_answered_and_leaves_nothing(void **state)
{
	(void)state;
	campaign_begin(&campaign, false);
	pick_points(&campaign, false, NULL, pick_errors, SAMPLE);
	campaign_end(&campaign);
}

static void
no_program_runs_when_a_step_of_its_start_fails(void **state)
{
	(void)state;
	campaign_begin(&campaign, true);
	pick_points(&campaign, true, NULL, pick_errors, SAMPLE_OF_CHILDREN);
	campaign_end(&campaign);
}

static const struct day_step *
find_step(const char *name)
{
	size_t n;
	const struct day_step *step = day_steps(&n);

	while (strcmp(step->name, name) != 0)
		step++;
	return step;
}

/* Of that step and, if it was tried, the words that the daemon says then. */
static void
try_by_name(const char *name, int number, unsigned nth, int error,
    const char *words)
{
	const struct inject_plan plan = {
		.act = INJECT_FAIL,
		.number = number,
		.nth = nth,
		.error = error,
	};

	campaign_begin(&campaign, false);
	campaign_try(&campaign, find_step(name), &plan);
	assert_true(!tally_wants(name, &plan) ||
	    daemon_rig_has_logged(&campaign.day.rig, words));
	campaign_end(&campaign);
}

/* It waited for ever. */
static void
a_helper_that_cannot_be_answered_is_dropped(void **state)
{
	(void)state;
	try_by_name("ping", SYS_sendto, 1, ENOBUFS,
	    "dropped: its reply cannot be sent: No buffer space available");
}

/* It waited for ever. */
static void
a_helper_that_cannot_be_told_of_an_end_is_dropped(void **state)
{
	(void)state;
	try_by_name("clone", SYS_shutdown, 1, EINVAL,
	    "dropped: its end cannot be told: Invalid argument");
}

/* It stood still in the call. */
static void
a_program_whose_call_cannot_be_answered_is_dropped(void **state)
{
	(void)state;
	try_by_name("run", SYS_ioctl, 2, EBADF,
	    "dropped: its call cannot be answered: Bad file descriptor");
}

/*
 * The first calls forget the one before it, and how many follow depends on
 * whether the start was waited for.
 */
static void
a_helper_that_cannot_be_watched_is_dropped(void **state)
{
	const struct day_step *step = find_step("end and start");
	struct inject_plan plan = {
		.act = INJECT_FAIL,
		.number = SYS_epoll_ctl,
		.error = ENOMEM,
	};
	bool wants_all = true;

	(void)state;
	campaign_begin(&campaign, false);
	for (plan.nth = 4; plan.nth <= 7; plan.nth++) {
		campaign_try(&campaign, step, &plan);
		wants_all = wants_all && tally_wants(step->name, &plan);
	}
	assert_true(!wants_all ||
	    daemon_rig_has_logged(&campaign.day.rig,
		"dropped: no memory to watch it"));
	campaign_end(&campaign);
}

/* It was never looked at again. */
static void
a_listener_that_cannot_be_looked_at_is_looked_at_later(void **state)
{
	(void)state;
	try_by_name("accept", SYS_epoll_ctl, 1, ENOMEM,
	    "all: cannot look for clients: Cannot allocate memory");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_helper_that_cannot_be_answered_is_dropped),
		cmocka_unit_test(
		    a_helper_that_cannot_be_told_of_an_end_is_dropped),
		cmocka_unit_test(
		    a_program_whose_call_cannot_be_answered_is_dropped),
		cmocka_unit_test(a_helper_that_cannot_be_watched_is_dropped),
		cmocka_unit_test(
		    a_listener_that_cannot_be_looked_at_is_looked_at_later),
		cmocka_unit_test(
		    a_call_that_fails_is_answered_and_leaves_nothing),
		cmocka_unit_test(
		    no_program_runs_when_a_step_of_its_start_fails),
	};

	if (inject_prepare() != 0 || day_leave_host() != 0)
		return 77;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
