/* SPDX-License-Identifier: ISC */
/*
 * A day of a real daemon (tests/faults/day.h), in which each allocation that it
 * makes fails once, whoever asks for it: each step goes as always or tells of
 * an error, the daemon goes on, and has afterwards what it had before.  A
 * sample here, all of them with PSD_SOAK=1 (make soak).
 */
#include "tests/faults/allocations.h"
#include "tests/faults/alone.h"
#include "tests/faults/day.h"
#include "tests/faults/places.h"
#include "tests/support/seed.h"

#include <limits.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { SAMPLE_OF_STEPS = 6, TRIES = 2, SAMPLE_OF_STARTS = 4 };

static struct allocations *board;
static struct day day;
static unsigned seed, n_done, n_failed;

static bool
is_whole(void)
{
	return getenv("PSD_SOAK") != NULL;
}

static bool
tries_all_steps(void)
{
	return is_whole() || places_are_asked();
}

/* Only the daemon is executed with the board. */
static void
start(void)
{
	allocations_arm(board, 0, 0);
	allocations_show();
	day_start(&day, false);
	allocations_hide();
	assert_int_equal(board->pid, day.rig.pid);
}

/*
 * As always, an error's number, a failed command; not silence, but where a
 * client of a server that could not be started finds the end.
 */
static bool
is_answer(const struct day_step *step, const char *usual, const char *outcome)
{
	if (strcmp(outcome, usual) == 0 ||
	    (strcmp(step->name, "inetd") == 0 && *outcome == '\0'))
		return true;
	return *outcome != '\0' && strcmp(outcome, "...") != 0 &&
	    strcmp(outcome, "0") != 0;
}

/*
 * One that was started by an older policy may have met us, and stays until it
 * has ended.
 */
static bool
recovers(const struct day_step *step)
{
	if (day_recovers(&day, step))
		return true;
	(void)day_say(&day, "end");
	day_part(&day);
	return !alone_has_ended(day.rig.pid) && day_recovers(&day, step);
}

/* What is wrong, or NULL. */
static const char *
judge(const struct day_step *step, const char *usual, char *outcome)
{
	char again[DAY_OUTCOME_MAX];

	if (alone_has_ended(day.rig.pid))
		return "the daemon ended";
	if (!is_answer(step, usual, outcome))
		return "no answer";
	if (!recovers(step))
		return "it does not recover";
	if (!alone_sleeps(day.rig.pid))
		return "it does not sleep";
	day_do(&day, step, again);
	if (strcmp(again, usual) == 0)
		return recovers(step) ? NULL : "it has less";
	(void)snprintf(outcome, DAY_OUTCOME_MAX, "%s", again);
	return "it goes otherwise afterwards";
}

static void
start_another(void)
{
	if (day.rig.pid > 0) {
		(void)kill(day.rig.pid, SIGKILL);
		(void)day_bury(&day);
	}
	start();
}

static void
try_one(const struct day_step *step, const char *usual, uint64_t n)
{
	char outcome[DAY_OUTCOME_MAX];
	const char *wrong;

	allocations_arm(board, day.rig.pid, n);
	day_do(&day, step, outcome);
	(void)allocations_disarm(board);
	wrong = judge(step, usual, outcome);
	n_done += allocations_have_failed(board);
	if (wrong == NULL)
		return;
	n_failed++;
	print_message(
	    "# FAILED %s: allocation %llu: %s: %s (else %s)\n#   %s\n",
	    step->name, (unsigned long long)n, wrong, outcome, usual,
	    allocations_where(board, day.rig.pid));
	alone_print_log(&day.rig);
	start_another();
}

/* How it goes, twice, since some of it is kept from then on. */
static uint64_t
count(const struct day_step *step, char usual[DAY_OUTCOME_MAX])
{
	uint64_t n = 0;

	for (int i = 0; i < 2; i++) {
		allocations_arm(board, day.rig.pid, 0);
		day_do(&day, step, usual);
		n = allocations_disarm(board);
		if (!recovers(step))
			fail_msg("%s: does not recover", step->name);
	}
	return n;
}

static void
try_step(const struct day_step *step, uint64_t most)
{
	const unsigned before = n_failed;
	char usual[DAY_OUTCOME_MAX];
	const uint64_t n = count(step, usual);
	const uint64_t *which;
	const size_t tries = allocations_choose(board, n, most, &seed, &which);

	/* It takes too long on this machine to tell anything. */
	if (strstr(usual, "not replaced") != NULL)
		return;
	for (size_t i = 0; i < tries; i++) {
		try_one(step, usual, which[i]);
		/* The next start of a helper would wait for ever longer. */
		if (strcmp(usual, "replaced") == 0 && i % 2 == 1)
			start_another();
	}
	print_message("# %s: %zu of %llu allocations, %u failed\n", step->name,
	    tries, (unsigned long long)n, n_failed - before);
}

/* It is another program afterwards, which does not know the board. */
static bool
can_be_tried(const struct day_step *step)
{
	const char *only = getenv("PSD_FAULT_STEP");

	return strcmp(step->name, "reexec") != 0 &&
	    (only == NULL || strcmp(step->name, only) == 0);
}

/* All of them, since these are those by which helpers were lost. */
static void
a_helper_that_ends_is_replaced_without_some_memory(void **state)
{
	size_t n;
	const struct day_step *steps = day_steps(&n);

	(void)state;
	n_failed = 0;
	start();
	for (size_t i = 0; i < n; i++)
		if (strcmp(steps[i].name, "failure and start") == 0)
			try_step(&steps[i], UINT64_MAX);
	assert_int_equal(day_stop(&day), 0);
	assert_int_equal(n_failed, 0);
}

static void
a_day_goes_on_without_some_memory(void **state)
{
	size_t n;
	const struct day_step *steps = day_steps(&n);

	(void)state;
	n_failed = 0;
	start();
	if (tries_all_steps())
		for (size_t i = 0; i < n; i++)
			if (can_be_tried(&steps[i]))
				try_step(&steps[i], TRIES);
	for (int i = 0; !tries_all_steps() && n > 0 && i < SAMPLE_OF_STEPS;
	     i++) {
		const size_t k = (size_t)rand_r(&seed) % n;

		if (can_be_tried(&steps[k]))
			try_step(&steps[k], TRIES);
	}
	assert_int_equal(day_stop(&day), 0);
	print_message("# %u allocations failed\n", n_done);
	assert_int_equal(n_failed, 0);
}

/* Who does not read its replies, which are kept then: the first is not. */
static void
a_helper_whose_reply_cannot_be_kept_is_dropped(void **state)
{
	(void)state;
	start();
	allocations_arm(board, day.rig.pid, 1);
	(void)day_say(&day, "flood 100000");
	assert_true(
	    daemon_rig_logs(&day.rig, "dropped: no memory for its reply"));
	(void)allocations_disarm(board);
	day_part(&day);
	assert_int_equal(day_stop(&day), 0);
}

/* Starts with the n-th allocation failing; what is wrong, or NULL. */
static const char *
start_without(uint64_t n, int *ret_status)
{
	bool has_started;

	allocations_arm(board, 0, n);
	allocations_show();
	has_started = day_may_start(&day, false, ret_status);
	allocations_hide();
	(void)allocations_disarm(board);
	if (has_started) {
		*ret_status = day_stop(&day);
		return *ret_status == 0 ? NULL : "it does not end well";
	}
	if (*ret_status != 1 && *ret_status != 78)
		return "it does not tell";
	return daemon_rig_has_logged(&day.rig, "") ? NULL : "it says nothing";
}

static void
a_start_succeeds_or_tells_that_there_is_no_memory(void **state)
{
	const uint64_t *which;
	const char *wrong;
	uint64_t n;
	size_t tries;
	int status;

	(void)state;
	assert_null(start_without(0, &status));
	n = board->n;
	tries = allocations_choose(board, n, SAMPLE_OF_STARTS, &seed, &which);
	n_failed = 0;
	for (size_t i = 0; i < tries; i++) {
		wrong = start_without(which[i], &status);
		if (wrong == NULL)
			continue;
		n_failed++;
		print_message(
		    "# FAILED start: allocation %llu: %s: %d\n#   %s\n",
		    (unsigned long long)which[i], wrong, status,
		    allocations_where(board, getpid()));
		alone_print_log(&day.rig);
	}
	print_message("# start: %zu of %llu allocations, %u failed\n", tries,
	    (unsigned long long)n, n_failed);
	assert_int_equal(n_failed, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_helper_that_ends_is_replaced_without_some_memory),
		cmocka_unit_test(
		    a_helper_whose_reply_cannot_be_kept_is_dropped),
		cmocka_unit_test(a_day_goes_on_without_some_memory),
		cmocka_unit_test(
		    a_start_succeeds_or_tells_that_there_is_no_memory),
	};
	int r;

	if (day_leave_host() != 0)
		return 77;
	board = allocations_prepare();
	if (board == NULL)
		return 77;
	/* It cannot cope, see tests/faults/exhaust.h. */
	board->spares_libseccomp = true;
	allocations_hide();
	seed = test_seed("PSD_FAULT_SEED");
	day_prepare(&day);
	r = cmocka_run_group_tests(tests, NULL, NULL);
	day_clean(&day);
	return r;
}
