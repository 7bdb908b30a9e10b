/* SPDX-License-Identifier: ISC */
#include "tests/faults/campaign.h"

#include "common/mem.h"
#include "tests/faults/alone.h"
#include "tests/faults/orphans.h"
#include "tests/faults/verdict.h"
#include "tests/support/seed.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

enum { STEPS_MAX = 128, CALLS_MORE = 20000 };

/* How a step goes that was listed; empty for others. */
static char *
usual_of(const struct day_step *step)
{
	static char usual[STEPS_MAX][DAY_OUTCOME_MAX];
	size_t n;
	const struct day_step *steps = day_steps(&n);

	assert_true(n <= STEPS_MAX);
	return usual[step - steps];
}

/* Starts a daemon when there is none, and traces it.  False: it did not. */
static bool
have_daemon(struct campaign *campaign)
{
	struct day *day = &campaign->day;

	if (day->rig.pid > 0)
		return true;
	if (day->baseline.fds == 0)
		day_start(day, false);
	else if (!day_start_again(day))
		return false;
	inject_attach(day->rig.pid, campaign->follows_children);
	return inject_settles();
}

void
campaign_begin(struct campaign *campaign, bool follows_children)
{
	*campaign = (struct campaign){
		.follows_children = follows_children,
		.is_complete = getenv("PSD_SOAK") != NULL,
		.seed = test_seed("PSD_FAULT_SEED"),
	};
	orphans_adopt();
	day_prepare(&campaign->day);
	assert_true(have_daemon(campaign));
}

void
campaign_end(struct campaign *campaign)
{
	int status = 0;

	inject_end();
	if (campaign->day.rig.pid > 0)
		status = day_stop(&campaign->day);
	day_clean(&campaign->day);
	assert_int_equal(status, 0);
	tally_end(&campaign->tally);
}

size_t
campaign_random(struct campaign *campaign, size_t limit)
{
	return (size_t)rand_r(&campaign->seed) % limit;
}

const struct campaign_point *
campaign_points(struct campaign *campaign, const struct day_step *step,
    bool of_children, size_t *ret_n)
{
	static struct campaign_point points[CAMPAIGN_POINTS_MAX];
	const struct inject_plan plan = { .act = INJECT_NOTHING };
	char once[DAY_OUTCOME_MAX];
	size_t n_calls, n = 0;

	assert_true(have_daemon(campaign) && inject_settles());
	inject_arm(&plan);
	day_do(&campaign->day, step, once);
	assert_true(inject_settles());
	n_calls = inject_disarm();
	for (size_t i = 0; i < n_calls && n < CAMPAIGN_POINTS_MAX; i++) {
		const struct inject_call *call = inject_call(i);

		if (call->of_child == of_children)
			points[n++] = (struct campaign_point){ call->number,
				call->nth, of_children, call->executes,
				call->place,
				campaign->is_complete && inject_is_edge(i) };
	}
	if (!day_recovers(&campaign->day, step))
		fail_msg("%s: does not recover", step->name);
	/* Its first time may be another. */
	day_do(&campaign->day, step, usual_of(step));
	if (!day_recovers(&campaign->day, step))
		fail_msg("%s: does not recover again", step->name);
	*ret_n = n;
	return points;
}

/* The daemon is gone: rightly so, and does that harm the next one? */
static bool
judge_end(struct campaign *campaign, const struct day_step *step,
    const struct inject_plan *plan, char what[DAY_OUTCOME_MAX])
{
	int status = 0;

	(void)inject_has_ended(&status);
	inject_end();
	(void)day_bury(&campaign->day);
	(void)snprintf(what, DAY_OUTCOME_MAX, "the daemon ended, %s %d",
	    WIFSIGNALED(status) ? "signal" : "status",
	    WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	if (!verdict_of_end(step, plan, status))
		return false;
	if (status == W_EXITCODE(1, 0) && !inject_has_executed() &&
	    !daemon_rig_has_logged(&campaign->day.rig, "event loop: "))
		return false;
	if (!orphans_have_ended()) {
		(void)snprintf(what, DAY_OUTCOME_MAX, "it is outlived");
		return false;
	}
	if (have_daemon(campaign))
		return true;
	(void)snprintf(what, DAY_OUTCOME_MAX, "the next one does not start");
	return false;
}

/*
 * A reload that is told that there are no policies has ended all services, and
 * one that a file of "other" is not there has left it out of what that sees.
 */
static void
find_files_again(struct campaign *campaign, const struct inject_plan *plan)
{
	static const char *const words[] = { "reload", NULL };
	struct day *day = &campaign->day;
	char lines[64], last[DAY_OUTCOME_MAX];

	if (!verdict_hides_files(plan))
		return;
	(void)snprintf(lines, sizeof(lines), "RequestRate=%u/s\n",
	    100000 + ++day->generation);
	daemon_rig_puppet(&day->rig, "other", "Instances=1", lines);
	(void)day_ctl(day, last, words);
}

/* It lives: all as before? */
static bool
judge_life(struct campaign *campaign, const struct day_step *step,
    const struct inject_plan *plan, char what[DAY_OUTCOME_MAX])
{
	char again[DAY_OUTCOME_MAX], first[DAY_OUTCOME_MAX];

	(void)snprintf(first, sizeof(first), "%s", what);
	if (!verdict_of_outcome(step, plan, usual_of(step), first))
		return false;
	if (inject_child_executed() && !verdict_of_program(plan)) {
		(void)snprintf(what, DAY_OUTCOME_MAX,
		    "the program is executed");
		return false;
	}
	find_files_again(campaign, plan);
	if (!day_recovers(&campaign->day, step)) {
		(void)snprintf(what, DAY_OUTCOME_MAX,
		    "%.40s, and does not recover", first);
		return false;
	}
	day_do(&campaign->day, step, again);
	if (strcmp(again, usual_of(step)) != 0) {
		(void)snprintf(what, DAY_OUTCOME_MAX, "%.40s, and then %.40s",
		    first, again);
		return false;
	}
	(void)snprintf(what, DAY_OUTCOME_MAX, "%s",
	    strcmp(first, usual_of(step)) == 0 ? "done" : first);
	return day_recovers(&campaign->day, step);
}

static bool
run(struct campaign *campaign, const struct day_step *step,
    const struct inject_plan *plan, char what[DAY_OUTCOME_MAX])
{
	struct inject_plan armed = *plan;
	size_t n_calls;
	int status;

	if (*usual_of(step) == '\0')
		(void)campaign_points(campaign, step, false, &n_calls);
	assert_true(have_daemon(campaign) && inject_settles());
	/* Or it would be a lie, and the helper would wait for ever. */
	if (verdict_is_of_the_dead(plan) || plan->victim == CAMPAIGN_HELPER) {
		armed.victim =
		    (pid_t)strtol(day_say(&campaign->day, "pid"), NULL, 10);
		/* Although the next one may be met before anybody looks. */
		campaign->day.lives++;
	}
	inject_arm(&armed);
	day_do(&campaign->day, step, what);
	if (!inject_settles()) {
		(void)snprintf(what, DAY_OUTCOME_MAX, "no rest");
		return false;
	}
	n_calls = inject_disarm();
	if (inject_has_ended(&status))
		return judge_end(campaign, step, plan, what);
	if (n_calls > CALLS_MORE) {
		(void)snprintf(what, DAY_OUTCOME_MAX, "%zu calls", n_calls);
		return false;
	}
	return judge_life(campaign, step, plan, what);
}

/* Whatever it has become: the next fault finds another one. */
static void
give_up_daemon(struct campaign *campaign)
{
	inject_end();
	if (campaign->day.rig.pid > 0) {
		(void)kill(campaign->day.rig.pid, SIGKILL);
		(void)day_bury(&campaign->day);
	}
}

void
campaign_try(struct campaign *campaign, const struct day_step *step,
    const struct inject_plan *plan)
{
	char what[DAY_OUTCOME_MAX] = "";
	bool is_good;

	if (!tally_wants(step->name, plan))
		return;
	is_good = run(campaign, step, plan, what);
	tally_add(&campaign->tally, step->name, plan, is_good, what);
	if (is_good)
		return;
	alone_print_log(&campaign->day.rig);
	give_up_daemon(campaign);
}
