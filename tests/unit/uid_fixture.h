/* SPDX-License-Identifier: ISC */
#ifndef UID_FIXTURE_H
#define UID_FIXTURE_H

/*
 * A few uids, and processes that have them: FIRST, which a test defines before,
 * and the next, no two tests the same, since they run beside each other.
 */
#include "daemon/uid.h"
#include "tests/support/child.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cmocka.h>

enum { N = 4 };

static void
init(struct psd_uid_range *range)
{
	struct psd_diag diag;

	psd_diag_init(&diag);
	assert_int_equal(psd_uid_range_init(range, FIRST, N, &diag), 0);
	psd_diag_free(&diag);
}

/* Takes a uid, and tells that it is there; told is as start_as() has it. */
static bool
become(const int *told)
{
	const uid_t uid = (uid_t)told[1];

	return setresgid(uid, uid, uid) == 0 && setresuid(uid, uid, uid) == 0 &&
	    prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && write(told[0], "", 1) == 1;
}

/* Waits for a signal. */
static int
live_as(void *argument)
{
	if (!become(argument))
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

#endif
