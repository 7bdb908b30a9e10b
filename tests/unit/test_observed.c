/* SPDX-License-Identifier: ISC */
/*
 * A program that is learned of, and its watcher, where the system refuses what
 * they need: then nothing runs, and nothing is learned.
 */
#include "common/fd.h"
#include "common/pair.h"
#include "daemon/ctl/ctl.h"
#include "daemon/ctl/observe.h"
#include "tests/support/calls.h"
#include "tests/support/child.h"
#include "tests/support/deny.h"
#include "tests/support/expect.h"
#include "tests/support/fds.h"
#include "tests/support/valgrind.h"
#include "tests/unit/dir_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/seccomp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

static int said; /* what privsepctl says */

/* What is refused: a call, or one with this argument. */
struct refusal {
	int call;
	int argument; /* -1: whatever they are */
	uint32_t value;
	int error;
	int result;
};

static int
refuse(const struct refusal *refusal)
{
	return refusal->argument < 0
	    ? test_deny(refusal->call, refusal->error)
	    : test_deny_argument(refusal->call, (unsigned)refusal->argument,
		  refusal->value, refusal->error);
}

static int
start_program(void *argument)
{
	const struct refusal *refusal = argument;
	char path[] = "/bin/true";
	char *const argv[] = { path, path, NULL };
	struct psd_observed observed;
	const size_t before = test_fds_count();
	int ends[2];
	int r;

	TEST_EXPECT(psd_pair(SOCK_STREAM, ends) == 0);
	TEST_EXPECT(refuse(refusal) == 0);
	r = psd_observed_start(&observed, argv, ends[1], getpid());
	psd_observed_end(&observed);
	psd_fd_cleanup(&ends[0]);
	psd_fd_cleanup(&ends[1]);
	TEST_EXPECT(r == refusal->result);
	TEST_EXPECT(observed.pid < 0);
	TEST_EXPECT(test_fds_count() == before);
	return 0;
}

static void
program_that_cannot_be_prepared_is_not_started(void **state)
{
	static const struct refusal refusals[] = {
		{ TEST_CALL_DUP2, 1, STDIN_FILENO, EMFILE, -EPIPE },
		{ TEST_CALL_DUP2, 1, STDOUT_FILENO, EMFILE, -EPIPE },
		{ SYS_setsid, -1, 0, EPERM, -EPIPE },
		{ SYS_chdir, -1, 0, EACCES, -EPIPE },
		{ SYS_prctl, 0, PR_SET_PDEATHSIG, EINVAL, -EPIPE },
		{ SYS_seccomp, 0, SECCOMP_SET_MODE_FILTER, EACCES, -EACCES },
		{ SYS_pidfd_getfd, -1, 0, EPERM, -EPERM },
		{ SYS_pidfd_open, -1, 0, ENFILE, -ENFILE },
		{ SYS_clone, -1, 0, EAGAIN, -EAGAIN },
		{ SYS_socketpair, -1, 0, EMFILE, -EMFILE },
	};

	(void)state;
	if (test_under_valgrind()) {
		print_message(
		    "SKIP: valgrind makes some of the calls itself\n");
		return;
	}
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		struct refusal refusal = refusals[i];
		const int status = test_child_exit_status(
		    test_child_start(start_program, &refusal));

		if (status != 0)
			fail_msg("refusal %zu: line %d", i, status);
	}
}

/* privsepctl itself, which finds its watcher beside it. */
static int
learn(void *argument)
{
	const struct refusal *refusal = argument;
	char program[PATH_MAX], output[PATH_MAX];
	const int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	(void)snprintf(program, sizeof(program), "%s/privsepctl", getenv("B"));
	(void)snprintf(output, sizeof(output), "--output=%s/new.policy", dir);
	TEST_EXPECT(dup2(null, STDIN_FILENO) >= 0);
	TEST_EXPECT(dup2(null, STDOUT_FILENO) >= 0);
	TEST_EXPECT(dup2(said, STDERR_FILENO) >= 0);
	TEST_EXPECT(refuse(refusal) == 0);
	(void)execl(program, "privsepctl", "learn", output, "--", "/bin/true",
	    (char *)NULL);
	return 99;
}

static void
assert_learns_nothing(const struct refusal *refusal)
{
	struct refusal copy = *refusal;
	char path[PATH_MAX], text[4096] = "";

	said = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	assert_true(said >= 0);
	assert_int_equal(test_child_exit_status(test_child_start(learn, &copy)),
	    PSD_CTL_RUN_FAILED);
	(void)!pread(said, text, sizeof(text) - 1, 0);
	assert_int_equal(close(said), 0);
	if (strstr(text, "privsepctl: cannot ") == NULL)
		fail_msg("call %d: %s", refusal->call, text);
	(void)snprintf(path, sizeof(path), "%s/new.policy", dir);
	assert_int_equal(access(path, F_OK), -1);
}

static void
nothing_is_learned_without_a_watcher(void **state)
{
	static const struct refusal refusals[] = {
		{ SYS_dup3, -1, 0, EMFILE, 0 },
		{ SYS_prctl, 0, PR_SET_NO_NEW_PRIVS, EINVAL, 0 },
		{ SYS_seccomp, 0, SECCOMP_SET_MODE_FILTER, EACCES, 0 },
		{ SYS_execveat, -1, 0, EACCES, 0 },
		{ SYS_setsockopt, -1, 0, ENOMEM, 0 },
		{ SYS_socketpair, -1, 0, EMFILE, 0 },
		{ SYS_pidfd_getfd, -1, 0, EPERM, 0 },
		{ SYS_fsync, -1, 0, EIO, 0 },
		{ SYS_fchmod, -1, 0, EPERM, 0 },
		{ SYS_renameat2, -1, 0, EROFS, 0 },
		{ SYS_memfd_create, -1, 0, EMFILE, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++)
		assert_learns_nothing(&refusals[i]);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    program_that_cannot_be_prepared_is_not_started),
		cmocka_unit_test(nothing_is_learned_without_a_watcher),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
