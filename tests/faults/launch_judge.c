/* SPDX-License-Identifier: ISC */
#include "tests/faults/launch_judge.h"

#include "common/mem.h"
#include "tests/faults/errnos.h"
#include "tests/faults/remains.h"
#include "tests/faults/verdict.h"
#include "tests/faults/words.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>

#include <cmocka.h>

/* Both services do what they are for. */
static bool
serves(struct day *day)
{
	char answer[DAY_OUTCOME_MAX];
	static const struct day_step nothing = { .name = "nothing" };
	size_t n;
	const struct day_step *step = day_steps(&n);

	while (strcmp(step->name, "inetd") != 0)
		step++;
	if (!day_meet(day))
		return false;
	day_do(day, step, answer);
	return strcmp(answer, "hello") == 0 && day_recovers(day, &nothing);
}

/* Stops it.  NULL, or what is wrong. */
static const char *
stop(struct day *day, bool is_left)
{
	const pid_t pid = day->rig.pid;
	const int status = day_stop(day);

	if (status != 0)
		return status < 0 ? "it does not end" : "it does not end well";
	return remains_of(&day->rig, pid, is_left);
}

/* Nothing happens to this one. */
static const char *
judge_next(struct day *day)
{
	const char *wrong;
	int status;

	if (!day_may_start(day, false, &status))
		return "the next one does not start";
	wrong = serves(day) ? NULL : "the next one does not serve";
	return wrong != NULL ? wrong : stop(day, false);
}

bool
launch_is_kill(const struct inject_plan *plan)
{
	return plan->act != INJECT_FAIL && plan->act != INJECT_SHORTEN;
}

/* Is the plan's call one of a start before the first of that number? */
static bool
is_before(const struct launch *launch, const struct inject_plan *plan,
    int number)
{
	const struct launch_point *point = launch->points[LAUNCH_START];

	for (size_t i = 0; i < launch->n_points[LAUNCH_START]; i++, point++) {
		if (point->number == number)
			return false;
		if (point->number == plan->number && point->nth == plan->nth)
			return true;
	}
	return false;
}

/* The C library's loader, which has no words for some errors: before main(). */
static bool
is_loaders(const struct launch *launch, const struct inject_plan *plan)
{
	return is_before(launch, plan, SYS_umask);
}

/* It ended instead of starting, with that exit status. */
static const char *
judge_failure(const struct launch *launch, const struct inject_plan *plan,
    int status)
{
	const struct day *day = &launch->day;

	/* The C library aborts when a futex fails. */
	if (status == 128 + SIGABRT &&
	    (verdict_is_broken_promise(plan) || plan->number == SYS_futex))
		return NULL;
	if (status > 0 && is_loaders(launch, plan))
		return NULL;
	if (status != 1 && status != 78)
		return status < 0 ? "it hangs" : "it ends in a wrong way";
	return words_of_failure(&day->rig) != NULL
	    ? NULL
	    : "it does not say what failed";
}

/* It ended as it was told to, with that exit status. */
static const char *
judge_stop(const struct day *day, const struct inject_plan *plan, int status)
{
	if (status == 0 ||
	    (status == 128 + SIGABRT && verdict_is_broken_promise(plan)))
		return NULL;
	if (status != 1)
		return status < 0 ? "it hangs" : "it ends in a wrong way";
	return daemon_rig_has_logged(&day->rig, strerror(plan->error))
	    ? NULL
	    : "it does not say what failed";
}

static const int removals[] = {
	SYS_unlinkat,
#ifdef SYS_unlink
	SYS_unlink,
#endif
};

static const int looks[] = {
	SYS_faccessat,
	SYS_getdents64,
	SYS_newfstatat,
	SYS_openat,
#ifdef SYS_access
	SYS_access,
#endif
};

/*
 * What was to be removed and could not be is left for the next one, as it is by
 * one that was killed, that has helpers and cannot wait for them, as a start that
 * fails after the first and an end without a loop, that could not leave
 * its control group, or that has dropped the capability to remove it and does
 * not get it back.
 */
static bool
may_leave(const struct launch *launch, enum launch_part part,
    const struct inject_plan *plan, int status)
{
	if (status > 128 || plan->number == SYS_capget ||
	    errnos_is_loop_wait(plan->number) ||
	    errnos_is_among(plan->number, removals, PSD_ELEMENTS(removals)))
		return true;
	if (part == LAUNCH_START)
		return status != 0 && !is_before(launch, plan, SYS_clone3);
	return status != 0 || plan->number == SYS_openat ||
	    plan->number == SYS_write || plan->number == SYS_capset;
}

/* It has ended: rightly so, and does that harm the next one? */
const char *
launch_judge_end(struct launch *launch, enum launch_part part,
    const struct inject_plan *plan, char what[DAY_OUTCOME_MAX])
{
	struct day *day = &launch->day;
	const pid_t pid = day->rig.pid;
	const char *wrong, *words;
	bool is_left;
	int status;

	inject_end();
	status = day_bury(day);
	is_left = may_leave(launch, part, plan, status);
	words = status == 0 ? NULL : words_of_failure(&day->rig);
	(void)snprintf(what, DAY_OUTCOME_MAX, "it ended, %d%s%.100s", status,
	    words != NULL ? ": " : "", words != NULL ? words : "");
	/* One that did not make the call this time ends as it was told to. */
	if (launch_is_kill(plan) && inject_has_hit())
		wrong = status == 128 + SIGKILL ? NULL : "it was not killed";
	else
		wrong = part == LAUNCH_START
		    ? judge_failure(launch, plan, status)
		    : judge_stop(day, plan, status);
	if (wrong == NULL)
		wrong = remains_of(&day->rig, pid, is_left);
	if (wrong == NULL && is_left) {
		wrong = judge_next(day);
		if (wrong == NULL && remains_group(pid))
			wrong = "the next one leaves its control group";
	}
	return wrong;
}

/* That there is no such file: a policy, say, or a library of a helper's. */
static bool
is_of_the_missing(const struct inject_plan *plan)
{
	return plan->act == INJECT_FAIL &&
	    (plan->error == ENOENT || plan->error == ENOTDIR) &&
	    errnos_is_among(plan->number, looks, PSD_ELEMENTS(looks));
}

/* It has started, whatever has failed. */
const char *
launch_judge_life(struct day *day, const struct inject_plan *plan,
    char what[DAY_OUTCOME_MAX])
{
	inject_end();
	(void)snprintf(what, DAY_OUTCOME_MAX, "done");
	if (!is_of_the_missing(plan))
		return serves(day) ? stop(day, false) : "it does not serve";
	(void)snprintf(what, DAY_OUTCOME_MAX, "done without");
	return stop(day, true);
}
