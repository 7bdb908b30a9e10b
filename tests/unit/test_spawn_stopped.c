/* SPDX-License-Identifier: ISC */
/*
 * A helper with User= has a uid that others have too, and whoever has it may
 * stop it, between its change of uid and its program's first instruction.
 */
#include "tests/support/child.h"
#include "tests/support/expect.h"
#include "tests/support/fds.h"
#include "tests/support/spawn_rig.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/*
 * Of this test alone, and of this run of it: whoever has the uid is stopped, and
 * two neighbours would stop each other.  No daemon gives it to a helper.
 */
static uid_t
shared_uid(const void *parent)
{
	return 1990000000 + (uid_t) * (const pid_t *)parent;
}

enum { STARTS = 2000, NEVER_STOPPED = 77 };

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

/* None takes for ever. */
static int
start_again_and_again(void *argument)
{
	struct spawn_rig rig;
	size_t before;
	int n_stopped = 0;

	TEST_EXPECT(spawn_rig_init(&rig, "tiny_exit") == 0);
	rig.birth.uid = shared_uid(argument);
	rig.birth.gid = rig.birth.uid;
	before = test_fds_count();
	for (int i = 0; i < STARTS && n_stopped == 0; i++) {
		if (spawn_rig_start(&rig) < 0) {
			TEST_EXPECT(rig.failure.error == ETIMEDOUT);
			TEST_EXPECT(rig.failure.step >= PSD_STEP_UID);
			TEST_EXPECT(waitpid(-1, NULL, WNOHANG) < 0);
			n_stopped++;
		}
		spawn_rig_stop(&rig);
	}
	(void)dprintf(STDOUT_FILENO, "# stopped halfway: %d\n", n_stopped);
	TEST_EXPECT(test_fds_count() == before);
	return n_stopped > 0 ? 0 : NEVER_STOPPED;
}

static void
child_that_is_stopped_halfway_does_not_hold_us_up(void **state)
{
	pid_t self = getpid();
	pid_t neighbour, pid;
	int status;

	(void)state;
	pid = test_child_start(start_again_and_again, &self);
	neighbour = test_child_start(stop_everyone, &self);
	status = test_child_exit_status(pid);
	test_child_kill(neighbour);
	if (status == NEVER_STOPPED) {
		print_message("SKIP: the neighbour was never fast enough\n");
		skip();
	}
	assert_int_equal(status, 0);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    child_that_is_stopped_halfway_does_not_hold_us_up),
	};
	const int skipped = spawn_rig_prepare();

	if (skipped != 0)
		return skipped;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
