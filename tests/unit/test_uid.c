/* SPDX-License-Identifier: ISC */
/* No two processes of different helpers ever share a uid. */
#include "daemon/uid.h"
#include "daemon/uid_check.h"
#include "tests/support/child.h"
#include "tests/support/dir.h"
#include "tests/support/fds.h"
#include "tests/support/valgrind.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { FIRST = 1900060000, N = 4 };

static void
init(struct psd_uid_range *range)
{
	struct psd_diag diag;

	psd_diag_init(&diag);
	assert_int_equal(psd_uid_range_init(range, FIRST, N, &diag), 0);
	psd_diag_free(&diag);
}

/* Waits for a signal, as a uid, after telling that it is there. */
static int
live_as(void *argument)
{
	const int *told = argument;
	const uid_t uid = (uid_t)told[1];

	if (setresgid(uid, uid, uid) < 0 || setresuid(uid, uid, uid) < 0 ||
	    prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		return 1;
	if (write(told[0], "", 1) != 1)
		return 1;
	for (;;)
		(void)pause();
}

static pid_t
start_as(uid_t uid)
{
	int ends[2], told[2];
	char byte;
	pid_t pid;

	assert_int_equal(pipe(ends), 0);
	told[0] = ends[1];
	told[1] = (int)uid;
	pid = test_child_start(live_as, told);
	assert_true(pid > 0);
	assert_int_equal(read(ends[0], &byte, 1), 1);
	(void)close(ends[0]);
	(void)close(ends[1]);
	return pid;
}

static void
each_uid_is_given_once(void **state)
{
	struct psd_uid_range range;
	bool seen[N] = { false };
	uid_t uid;

	(void)state;
	init(&range);
	for (int i = 0; i < N; i++) {
		assert_int_equal(psd_uid_take(&range, &uid), 0);
		assert_true(uid >= FIRST && uid < FIRST + N);
		assert_false(seen[uid - FIRST]);
		seen[uid - FIRST] = true;
	}
	assert_int_equal(psd_uid_take(&range, &uid), -EAGAIN);
	psd_uid_release(&range, FIRST + 2);
	assert_int_equal(psd_uid_take(&range, &uid), 0);
	assert_int_equal(uid, FIRST + 2);
	psd_uid_range_free(&range);
}

static void
released_uid_rests_as_long_as_others_are_free(void **state)
{
	struct psd_uid_range range;
	uid_t first, uid;

	(void)state;
	init(&range);
	assert_int_equal(psd_uid_take(&range, &first), 0);
	psd_uid_release(&range, first);
	for (int i = 1; i < N; i++) {
		assert_int_equal(psd_uid_take(&range, &uid), 0);
		assert_int_not_equal(uid, first);
	}
	psd_uid_range_free(&range);
}

static void
uid_that_a_process_has_is_passed_over(void **state)
{
	struct psd_uid_range range;
	const pid_t stranger = start_as(FIRST);
	uid_t uid;

	(void)state;
	init(&range);
	for (int i = 1; i < N; i++) {
		assert_int_equal(psd_uid_take(&range, &uid), 0);
		assert_int_not_equal(uid, FIRST);
	}
	assert_int_equal(psd_uid_take(&range, &uid), -EAGAIN);
	test_child_kill(stranger);
	assert_int_equal(psd_uid_take(&range, &uid), 0);
	assert_int_equal(uid, FIRST);
	psd_uid_range_free(&range);
}

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
	const int *told = argument;
	const uid_t uid = (uid_t)told[1];

	if (setresgid(uid, uid, uid) < 0 || setresuid(uid, uid, uid) < 0 ||
	    prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		return 1;
	if (write(told[0], "", 1) != 1)
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

/* Ranges against files. */
struct check {
	const char *map, *passwd, *subuid;
	uid_t first;
	uint32_t n;
	int result;
	const char *says;
};

static const char whole[] = "         0          0 4294967295\n";

static const struct check checks[] = {
	{ whole, "", "", 1900000000, 65536, 0, "" },
	{ whole, "", "", 100000, 0, -EINVAL, "must not be empty" },
	{ whole, "", "", 0, 10, -EINVAL, "must not" },
	{ whole, "", "", 65000, 1000, -EINVAL, "65534" },
	{ whole, "", "", 4294967290, 6, -EINVAL, "4294967295" },
	{ whole, "", "", 4294967290, 4294967295, -EINVAL, "4294967295" },
	{ "0 1000 1\n", "", "", 1900000000, 10, -EINVAL, "1900000000" },
	{ "0 100000 65536\n", "", "", 60000, 5534, 0, "" },
	{ "0 100000 65533\n", "", "", 60000, 5534, -EINVAL, "65533" },
	{ "0 0 10\n10 500 20\n", "", "", 5, 20, 0, "" },
	{ "0 0 10\n11 500 20\n", "", "", 5, 20, -EINVAL, "10" },
	{ "", "", "", 5, 20, -EINVAL, "5" },
	{ whole, "a:x:1900000009:5::/:/bin/sh\n", "", 1900000000, 10, -EINVAL,
	    "user a " },
	{ whole, "a:x:5:1900000009::/:/bin/sh\n", "", 1900000000, 10, -EINVAL,
	    "user a " },
	{ whole, "a:x:1900000010:5::/:/bin/sh\n", "", 1900000000, 10, 0, "" },
	{ whole, "broken\n\na:x:1900000001:5::/:\n", "", 1900000000, 10,
	    -EINVAL, "user a " },
	{ whole, "", "joe:100000:65536\n", 165535, 10, -EINVAL, "subuid:1" },
	{ whole, "", "joe:100000:65536\n", 165536, 10, 0, "" },
	{ whole, "", "# no\njoe:100000:65536\n", 99999, 2, -EINVAL,
	    "subuid:2" },
	{ whole, "", "joe:100000:0\njoe\n:::\n", 99999, 2, 0, "" },
};

static void
range_that_belongs_to_others_is_refused(void **state)
{
	char *dir = test_dir_make();
	char map[256], passwd[256], subuid[256];
	const struct psd_uid_files files = { .uid_map = map,
		.gid_map = map,
		.passwd = passwd,
		.subuid = subuid,
		.subgid = "/no/such/file" };

	(void)state;
	(void)snprintf(map, sizeof(map), "%s/map", dir);
	(void)snprintf(passwd, sizeof(passwd), "%s/passwd", dir);
	(void)snprintf(subuid, sizeof(subuid), "%s/subuid", dir);
	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
		const struct check *check = &checks[i];
		struct psd_diag diag;
		int r;

		psd_diag_init(&diag);
		assert_int_equal(test_dir_write(dir, "map", check->map), 0);
		assert_int_equal(test_dir_write(dir, "passwd", check->passwd),
		    0);
		assert_int_equal(test_dir_write(dir, "subuid", check->subuid),
		    0);
		r = psd_uid_check_files(&files, check->first, check->n, &diag);
		if (r != check->result ||
		    (r < 0 && strstr(diag.text, check->says) == NULL))
			fail_msg("check %zu: %d, %s", i, r,
			    diag.text == NULL ? "nothing said" : diag.text);
		psd_diag_free(&diag);
	}
	test_dir_remove(dir);
}

static void
default_range_is_free_here(void **state)
{
	struct psd_diag diag;

	(void)state;
	psd_diag_init(&diag);
	assert_int_equal(psd_uid_check(PSD_UID_FIRST, PSD_UIDS, &diag), 0);
	psd_diag_free(&diag);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_uid_is_given_once),
		cmocka_unit_test(released_uid_rests_as_long_as_others_are_free),
		cmocka_unit_test(uid_that_a_process_has_is_passed_over),
		cmocka_unit_test(
		    released_uid_loses_the_processes_that_are_left),
		cmocka_unit_test(
		    neighbour_that_fights_back_does_not_hold_us_up),
		cmocka_unit_test(range_that_belongs_to_others_is_refused),
		cmocka_unit_test(default_range_is_free_here),
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
