/* SPDX-License-Identifier: ISC */
/*
 * A program with User= has a uid that others have too, and whoever has it may
 * stop it, between its change of uid and its first instruction.
 */
#include "tests/op/program_fixture.h"
#include "tests/support/child.h"

#include <stdio.h>
#include <sys/prctl.h>
#include <time.h>

enum { STARTS = 2000, AGAIN = 1000, FIRST_UID = 20000, UIDS = 10000 };

/* Of this run of the test alone: whoever has it is stopped. */
static uid_t
shared_uid(const pid_t *parent)
{
	return FIRST_UID + (uid_t)*parent % UIDS;
}

static int
stop_everyone(void *argument)
{
	const uid_t uid = shared_uid(argument);

	if (setresgid(uid, uid, uid) < 0 || setresuid(uid, uid, uid) < 0 ||
	    prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		return 1;
	for (;;)
		(void)kill(-1, SIGSTOP);
}

/* Starts it, and ends it, until it is stopped halfway or not. */
static int
run_until_stopped(void)
{
	int r = 0;

	for (int i = 0; i < STARTS && r == 0; i++) {
		struct psd_wait_program_req req;
		struct psd_wait_program_rep end;
		struct psd_run_rep rep;

		r = run("cat", &rep);
		if (r < 0)
			break;
		close_ends(&rep);
		req.handle = rep.handle;
		assert_int_equal(kill_program(rep.handle, SIGKILL), 0);
		until_ended();
		assert_int_equal(op_rig_ask(&op, PSD_OP_wait_program, &req,
				     &end),
		    0);
	}
	return r;
}

static void
one_that_was_stopped_halfway_is_not_tried_again_soon(void **state)
{
	const time_t before = time(NULL);
	struct psd_run_rep rep;
	pid_t self = getpid();
	pid_t neighbour;
	char lines[128];
	int r;

	(void)state;
	(void)snprintf(lines, sizeof(lines),
	    "User=%u\nInstances=4\nStartLimitBurst=0", shared_uid(&self));
	begin("cat", "/bin/cat", lines);
	neighbour = test_child_start(stop_everyone, &self);
	r = run_until_stopped();
	if (r == 0)
		print_message("SKIP: the neighbour was never fast enough\n");
	else
		assert_int_equal(r, -ETIMEDOUT);
	for (int i = 0; i < AGAIN && r < 0; i++)
		assert_int_equal(run("cat", &rep), -EAGAIN);
	test_child_kill(neighbour);
	end();
	assert_true(time(NULL) - before < TEST_DEADLINE / 1000 + 60);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    one_that_was_stopped_halfway_is_not_tried_again_soon),
	};
	const int r = program_rig_prepare();

	return r != 0 ? r : cmocka_run_group_tests(tests, NULL, NULL);
}
