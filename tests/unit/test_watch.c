/* SPDX-License-Identifier: ISC */
/* A program and its watcher, of which one is missing. */
#include "daemon/watch.h"

#include "common/codec.h"
#include "common/fd.h"
#include "daemon/service.h"
#include "tests/support/capture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char name[] = "www", watcher_name[] = "watcher";
static struct psd_daemon owner;
static struct psd_service watchers, programs;
static struct psd_instance program, watcher;
static struct test_capture said;

static int
begin(void **state)
{
	(void)state;
	owner = (struct psd_daemon){ .lock_fd = PSD_NO_FD };
	watchers =
	    (struct psd_service){ .daemon = &owner, .name = watcher_name };
	programs = (struct psd_service){ .daemon = &owner, .name = name };
	program = (struct psd_instance){ .service = &programs,
		.child = { .pid = 4711, .listener = PSD_NO_FD } };
	watcher = (struct psd_instance){ .service = &watchers };
	return 0;
}

static int
watch_begin(void *argument)
{
	return psd_watch_begin(argument);
}

static void
program_without_a_watcher_runs_on_and_that_is_told(void **state)
{
	static const struct {
		bool has_watchers, is_stopping, is_stopped;
	} rows[] = {
		{ false, false, false },
		{ true, true, false },
		{ true, false, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		(void)begin(NULL);
		owner.watcher = rows[i].has_watchers ? &watchers : NULL;
		owner.is_stopping = rows[i].is_stopping;
		watchers.is_stopped = rows[i].is_stopped;
		assert_int_equal(test_capture(watch_begin, &program, &said), 0);
		assert_non_null(strstr(said.err,
		    "www[4711]: has no watcher: what it opens is not "
		    "reported"));
		assert_int_equal(psd_watch_pid(&program), 0);
		psd_watch_end(&program);
		assert_null(program.watch);
	}
}

/* Its program has ended a moment ago, and it does not know that yet. */
static void
watcher_of_nobody_is_not_asked_and_not_blamed(void **state)
{
	struct psd_frame frame;

	(void)state;
	psd_encode_status(&frame, PSD_OP_observe, 1, 0);
	psd_watch_answer(&watcher, &frame);
	assert_false(watcher.is_broken);
	assert_false(watcher.has_served);
	psd_watch_ready(&watcher);
	psd_watch_lost(&watcher);
	psd_watch_end(&watcher);
	assert_int_equal(psd_watch_pid(&watcher), 0);
}

static int
watch_lost(void *argument)
{
	psd_watch_lost(argument);
	return 0;
}

static void
watcher_that_is_lost_when_there_are_no_more_is_told(void **state)
{
	const struct psd_watch_carried carried = { .starts = 4 };

	(void)state;
	owner.watcher = &watchers;
	assert_int_equal(psd_watch_resume(&program, &carried), 0);
	psd_watch_tie(&program, &watcher);
	/* It waits for no answer, so there is no call to let go on. */
	assert_int_equal(test_capture(watch_lost, &watcher, &said), 0);
	assert_non_null(strstr(said.err, "www[4711]: has lost its watcher"));
	assert_null(watcher.watch);
	assert_int_equal(psd_watch_pid(&program), 0);
	psd_watch_end(&program);
}

/* It was started for a program whose calls nobody can see any more. */
static void
watcher_of_a_program_without_a_listener_is_asked_nothing(void **state)
{
	const struct psd_watch_carried carried = { .starts = 1 };
	struct psd_watch_carried told;

	(void)state;
	assert_int_equal(psd_watch_resume(&program, &carried), 0);
	psd_watch_tie(&program, &watcher);
	psd_watch_ready(&watcher);
	psd_watch_tell(&program, &told);
	assert_false(told.is_ready);
	assert_ptr_equal(told.watcher, &watcher);
	assert_int_equal(told.starts, 1);
	watcher.watch = NULL;
	free(program.watch);
}

#define CASE(test) cmocka_unit_test_setup(test, begin)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		CASE(program_without_a_watcher_runs_on_and_that_is_told),
		CASE(watcher_of_nobody_is_not_asked_and_not_blamed),
		CASE(watcher_that_is_lost_when_there_are_no_more_is_told),
		CASE(watcher_of_a_program_without_a_listener_is_asked_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
