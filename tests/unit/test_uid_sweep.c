/* SPDX-License-Identifier: ISC */
/* What a dead helper left under its uid is killed, and holds up nobody. */
#include "tests/support/fds.h"
#include "tests/support/valgrind.h"

#include <stdio.h>
#include <sys/wait.h>

enum { FIRST = 1900060200 };

#include "tests/unit/uid_fixture.h"

static void
released_uid_loses_the_processes_that_are_left(void **state)
{
	struct psd_uid_range range;
	pid_t left[3], bystander;
	uid_t uid;
	int status;
	size_t fds;

	(void)state;
	init(&range);
	assert_int_equal(psd_uid_take(&range, &uid), 0);
	for (int i = 0; i < 3; i++)
		left[i] = start_as(uid);
	bystander = start_as(uid + 1);
	fds = test_fds_count();
	psd_uid_release(&range, uid);
	/* Killed, but not yet reaped: the uid is not free. */
	assert_int_equal(range.n_quarantined, 1);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(test_child_wait(left[i], &status), 0);
		assert_true(WIFSIGNALED(status));
		assert_int_equal(WTERMSIG(status), SIGKILL);
	}
	psd_uid_sweep(&range);
	assert_int_equal(range.n_quarantined, 0);
	assert_int_equal(test_fds_count(), fds);
	assert_int_equal(kill(bystander, 0), 0);
	test_child_kill(bystander);
	psd_uid_range_free(&range);
}

/* It stops whoever shares its uid, the sweeper too, as fast as it can. */
static int
stop_neighbours(void *argument)
{
	if (!become(argument))
		return 1;
	for (;;)
		(void)kill(-1, SIGSTOP);
}

static void
neighbour_that_fights_back_does_not_hold_us_up(void **state)
{
	struct psd_uid_range range;
	int ends[2], told[2], status;
	char byte;
	uid_t uid;
	pid_t pid;

	(void)state;
	init(&range);
	assert_int_equal(psd_uid_take(&range, &uid), 0);
	assert_int_equal(pipe(ends), 0);
	told[0] = ends[1];
	told[1] = (int)uid;
	pid = test_child_start(stop_neighbours, told);
	assert_int_equal(read(ends[0], &byte, 1), 1);
	psd_uid_release(&range, uid);
	for (int i = 0; i < 1000 && range.n_quarantined > 0; i++) {
		psd_uid_sweep(&range);
		if (waitpid(pid, &status, WNOHANG) == pid)
			pid = -1;
		(void)usleep(1000);
	}
	assert_int_equal(range.n_quarantined, 0);
	assert_int_equal(pid, -1);
	(void)close(ends[0]);
	(void)close(ends[1]);
	psd_uid_range_free(&range);
}

/* Nobody waits for the first ones, which are killed, so they stay. */
static void
uids_that_stay_in_use_hold_up_no_other(void **state)
{
	enum { STAY = 8 };
	struct psd_uid_range range;
	pid_t left[STAY + 1];
	uid_t uid;
	int status;

	(void)state;
	assert_int_equal(psd_uid_range_make(&range, FIRST, STAY + 1, 0), 0);
	for (int i = 0; i <= STAY; i++) {
		assert_int_equal(psd_uid_take(&range, &uid), 0);
		left[i] = start_as(uid);
	}
	for (uint32_t i = 0; i < STAY; i++)
		psd_uid_release(&range, FIRST + i);
	psd_uid_release(&range, FIRST + STAY);
	for (int i = 0; i < 1000 && waitpid(left[STAY], &status, WNOHANG) == 0;
	     i++) {
		psd_uid_sweep(&range);
		(void)usleep(1000);
	}
	for (int i = 0; i < 1000 && range.n_quarantined > STAY; i++)
		psd_uid_sweep(&range);
	assert_int_equal(range.n_quarantined, STAY);
	for (int i = 0; i < STAY; i++)
		test_child_kill(left[i]);
	psd_uid_range_free(&range);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    released_uid_loses_the_processes_that_are_left),
		cmocka_unit_test(
		    neighbour_that_fights_back_does_not_hold_us_up),
		cmocka_unit_test(uids_that_stay_in_use_hold_up_no_other),
	};

	if (geteuid() != 0) {
		puts("1..0 # SKIP not root: no other uid can be had");
		return 77;
	}
	if (test_under_valgrind()) {
		puts("1..0 # SKIP children are killed from outside");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
