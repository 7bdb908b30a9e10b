/* SPDX-License-Identifier: ISC */
#include "tests/faults/launch.h"

#include "tests/faults/alone.h"
#include "tests/faults/launch_judge.h"
#include "tests/faults/orphans.h"
#include "tests/faults/remains.h"
#include "tests/faults/verdict.h"
#include "tests/faults/words.h"
#include "tests/support/calls.h"
#include "tests/support/child.h"
#include "tests/support/fake_manager.h"
#include "tests/support/seed.h"

#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include <cmocka.h>

const char *
launch_name(enum launch_part part)
{
	return part == LAUNCH_START ? "start" : "stop";
}

/* The calls that were made since the plan of nothing was armed. */
static void
list(struct launch *launch, enum launch_part part)
{
	const size_t n = inject_disarm();

	assert_true(n > 0 && n <= LAUNCH_POINTS_MAX);
	for (size_t i = 0; i < n; i++) {
		const struct inject_call *call = inject_call(i);

		launch->points[part][i] = (struct launch_point){ call->number,
			call->nth, call->arguments[0], call->arguments[2],
			inject_is_edge(i) };
	}
	launch->n_points[part] = n;
}

/* The daemon has been told to end, or does so by itself: waits for it. */
static bool
has_ended(pid_t daemon)
{
	int status;

	for (int ms = 0; ms < TEST_DEADLINE; ms++) {
		if (inject_has_ended(&status) || alone_has_ended(daemon))
			return true;
		(void)poll(NULL, 0, 1);
	}
	return false;
}

static void
list_both(struct launch *launch)
{
	struct day *day = &launch->day;
	const struct inject_plan plan = { .act = INJECT_NOTHING };
	int status;

	inject_expect(false);
	inject_arm(&plan);
	assert_true(day_may_start(day, true, &status) && inject_settles());
	list(launch, LAUNCH_START);
	inject_arm(&plan);
	assert_int_equal(kill(day->rig.pid, SIGTERM), 0);
	assert_true(has_ended(day->rig.pid));
	list(launch, LAUNCH_STOP);
	inject_end();
	assert_int_equal(day_bury(day), 0);
	remains_note_usual(&day->rig);
	words_note_usual(&day->rig);
}

void
launch_begin(struct launch *launch)
{
	launch->is_complete = getenv("PSD_SOAK") != NULL;
	launch->seed = test_seed("PSD_FAULT_SEED");
	launch->tally = (struct tally){ 0 };
	orphans_adopt();
	fake_manager_start();
	assert_true(fake_manager_widen());
	assert_int_equal(setenv("FDSTORE", "16", 1), 0);
	day_prepare_few(&launch->day);
	day_start(&launch->day, false);
	assert_int_equal(day_stop(&launch->day), 0);
	remains_note_usual(&launch->day.rig);
	list_both(launch);
}

void
launch_end(struct launch *launch)
{
	day_clean(&launch->day);
	tally_end(&launch->tally);
}

/* "ready" may be the line that it could not write; whether it serves, we see. */
static bool
may_be_silent(const struct inject_plan *plan)
{
	return plan->act == INJECT_FAIL &&
	    (plan->number == SYS_write || plan->number == TEST_CALL_POLL);
}

static const char *
start_with(struct launch *launch, const struct inject_plan *plan,
    char what[DAY_OUTCOME_MAX])
{
	struct day *day = &launch->day;
	bool has_started, rests;

	inject_expect(false);
	inject_arm(plan);
	day->rig.on_birth = inject_born;
	has_started = daemon_rig_may_start(&day->rig);
	rests = inject_settles();
	(void)inject_disarm();
	if (alone_has_ended(day->rig.pid))
		return launch_judge_end(launch, LAUNCH_START, plan, what);
	if (!rests || (!has_started && !may_be_silent(plan)))
		return rests ? "it hangs" : "no rest";
	if (launch_is_kill(plan) && inject_has_hit())
		return "it lives";
	return launch_judge_life(day, plan, what);
}

static const char *
stop_with(struct launch *launch, const struct inject_plan *plan,
    char what[DAY_OUTCOME_MAX])
{
	struct day *day = &launch->day;
	int status;

	if (!day_may_start(day, false, &status) || !day_meet(day))
		return "it does not start";
	day_part(day);
	inject_attach(day->rig.pid, false);
	if (!inject_settles())
		return "no rest";
	inject_arm(plan);
	(void)kill(day->rig.pid, SIGTERM);
	if (!has_ended(day->rig.pid))
		return "it does not end";
	(void)inject_disarm();
	return launch_judge_end(launch, LAUNCH_STOP, plan, what);
}

void
launch_try(struct launch *launch, enum launch_part part,
    const struct inject_plan *plan)
{
	const char *const name = launch_name(part);
	struct day *day = &launch->day;
	char what[DAY_OUTCOME_MAX] = "";
	const char *wrong;

	if (!tally_wants(name, plan))
		return;
	wrong = part == LAUNCH_START ? start_with(launch, plan, what)
				     : stop_with(launch, plan, what);
	tally_add(&launch->tally, name, plan, wrong == NULL,
	    wrong != NULL ? wrong : what);
	if (wrong == NULL)
		return;
	alone_print_log(&day->rig);
	inject_end();
	if (day->rig.pid > 0) {
		(void)kill(day->rig.pid, SIGKILL);
		(void)day_bury(day);
	}
	(void)orphans_have_ended();
	fake_manager_forget();
}
