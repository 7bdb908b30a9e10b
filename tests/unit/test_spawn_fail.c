/* SPDX-License-Identifier: ISC */
/* A step that fails is told by name, and nothing half confined ever runs. */
#include "tests/support/child.h"
#include "tests/support/deny.h"
#include "tests/support/expect.h"
#include "tests/support/fds.h"
#include "tests/support/spawn_rig.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/filter.h>
#include <linux/close_range.h>
#include <linux/seccomp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* Any argument will do. */
enum { ANY = -1 };

/*
 * A system call that answers error whenever argument index is value; error 0
 * is worse than a failure: the call claims to be done.
 */
struct fault {
	int call;
	int index;
	uint32_t value;
	int error;
	enum psd_step step; /* where it must be noticed */
	bool
	    owns_uid; /* which of the two ways to wait; in the table: no other */
};

static struct sock_filter allow_all = { .code = BPF_RET | BPF_K,
	.k = SECCOMP_RET_ALLOW };
static const struct sock_fprog filter = { .len = 1, .filter = &allow_all };

static cpu_set_t all_processors;

/* Beside another all that a child takes along is out of its way already. */
enum { ALONE = true };

static const struct fault faults[] = {
	{ SYS_close_range, 2, CLOSE_RANGE_UNSHARE, ENOSYS, PSD_STEP_MAKE_WAY },
	{ SYS_fcntl, 1, F_DUPFD_CLOEXEC, EMFILE, PSD_STEP_MAKE_WAY, ALONE },
	{ SYS_dup3, 1, RIG_NOFILE, EMFILE, PSD_STEP_HIGH_NUMBERS },
	{ SYS_dup3, 1, RIG_NOFILE + 1, EMFILE, PSD_STEP_HIGH_NUMBERS },
	{ SYS_dup3, 1, RIG_NOFILE + 2, EMFILE, PSD_STEP_HIGH_NUMBERS },
	{ SYS_close_range, 0, 4, ENOSYS, PSD_STEP_HIGH_NUMBERS },
	{ SYS_dup3, 1, 4, EIO, PSD_STEP_CLOSE_RANGE },
	{ SYS_dup3, 1, 5, EIO, PSD_STEP_CLOSE_RANGE },
	{ SYS_dup3, 1, 6, EIO, PSD_STEP_CLOSE_RANGE },
	{ SYS_setns, ANY, 0, EPERM, PSD_STEP_NAMESPACES },
	{ SYS_dup3, 1, 0, EIO, PSD_STEP_STDIO },
	{ SYS_dup3, 1, 1, EIO, PSD_STEP_STDIO },
	{ SYS_dup3, 1, 2, EIO, PSD_STEP_STDIO },
	{ SYS_dup3, 1, 3, EIO, PSD_STEP_PAIR },
	{ SYS_close_range, 0, 7, ENOSYS, PSD_STEP_CLOSE_RANGE },
	{ SYS_prlimit64, 1, RLIMIT_CORE, EPERM, PSD_STEP_LIMITS },
	{ SYS_sched_setaffinity, ANY, 0, EINVAL, PSD_STEP_PROCESSORS },
	{ SYS_setsid, ANY, 0, EPERM, PSD_STEP_SESSION },
	{ SYS_keyctl, ANY, 0, ENOMEM, PSD_STEP_KEYRING },
	{ SYS_prctl, 0, PR_SET_SECUREBITS, EPERM, PSD_STEP_SECUREBITS },
	{ SYS_setgroups, ANY, 0, EPERM, PSD_STEP_GROUPS },
	{ SYS_setresgid, ANY, 0, EAGAIN, PSD_STEP_GID },
	{ SYS_setresuid, ANY, 0, EAGAIN, PSD_STEP_UID },
	{ SYS_capset, ANY, 0, EPERM, PSD_STEP_CAPABILITIES },
	{ SYS_capget, ANY, 0, EPERM, PSD_STEP_VERIFY },
	{ SYS_getresuid, ANY, 0, EFAULT, PSD_STEP_VERIFY },
	{ SYS_prctl, 0, PR_CAPBSET_READ, EINVAL, PSD_STEP_VERIFY },
	{ SYS_prctl, 0, PR_CAP_AMBIENT, EINVAL, PSD_STEP_VERIFY },
	{ SYS_prctl, 0, PR_SET_PDEATHSIG, EINVAL, PSD_STEP_DEATH_SIGNAL },
	{ SYS_getppid, ANY, 0, 0, PSD_STEP_DEATH_SIGNAL },
	{ SYS_prctl, 0, PR_SET_NO_NEW_PRIVS, EPERM, PSD_STEP_NO_NEW_PRIVS },
	{ SYS_landlock_restrict_self, ANY, 0, EPERM, PSD_STEP_LANDLOCK },
	{ SYS_rt_sigaction, ANY, 0, EINVAL, PSD_STEP_SIGNALS },
	{ SYS_seccomp, ANY, 0, ENOMEM, PSD_STEP_FILTER },
	{ SYS_sendmsg, ANY, 0, ENOBUFS, PSD_STEP_LISTENER },
	{ SYS_execveat, ANY, 0, ENOMEM, PSD_STEP_EXEC },
	/* What only claims to be done is seen when it is verified. */
	{ SYS_close_range, 2, CLOSE_RANGE_UNSHARE, 0, PSD_STEP_MAKE_WAY },
	{ SYS_setgroups, ANY, 0, 0, PSD_STEP_VERIFY },
	{ SYS_setresgid, ANY, 0, 0, PSD_STEP_VERIFY },
	{ SYS_setresuid, ANY, 0, 0, PSD_STEP_VERIFY },
	{ SYS_capset, ANY, 0, 0, PSD_STEP_VERIFY },
};

/*
 * What clone3() and the daemon's start have seen to, a child of clone() does
 * itself: the dispositions of signals.
 */
static int
deny(const struct fault *fault)
{
	if (fault->step == PSD_STEP_SIGNALS &&
	    test_deny(SYS_clone3, ENOSYS) < 0)
		return -1;
	return fault->index == ANY
	    ? test_deny(fault->call, fault->error)
	    : test_deny_argument(fault->call, (unsigned)fault->index,
		  fault->value, fault->error);
}

static bool
has_child(void)
{
	return waitpid(-1, NULL, WNOHANG | __WALL) >= 0 || errno != ECHILD;
}

/* All steps, so that each call is made. */
static int
init_everything(struct spawn_rig *rig, int ret_ns[PSD_NS_COUNT])
{
	static const char *const paths[] = { "/proc/self/ns/mnt",
		"/proc/self/ns/net", "/proc/self/ns/ipc", "/proc/self/ns/uts" };
	/* Landlock's own call; what it governs does not matter here. */
	const uint64_t governed = 1 << 1;
	const int r = spawn_rig_init(rig, "tiny_pong");

	if (r < 0)
		return r;
	for (size_t i = 0; i < PSD_NS_COUNT; i++)
		ret_ns[i] = open(paths[i], O_RDONLY | O_CLOEXEC);
	rig->plan.namespaces = ret_ns;
	rig->plan.landlock_fd = (int)syscall(SYS_landlock_create_ruleset,
	    &governed, sizeof(governed), 0);
	rig->plan.filter = &filter;
	rig->plan.plain_filter = NULL;
	rig->plan.want_listener = true;
	memset(&all_processors, 0xff, sizeof(all_processors));
	rig->plan.processors = &all_processors;
	return 0;
}

static int
start_with_fault(void *argument)
{
	const struct fault *fault = argument;
	const gid_t group = 4242;
	struct spawn_rig rig;
	int ns[PSD_NS_COUNT];
	size_t before;

	TEST_EXPECT(init_everything(&rig, ns) == 0);
	rig.plan.owns_uid = fault->owns_uid;
	/* Something for setgroups() to leave behind. */
	TEST_EXPECT(setgroups(1, &group) == 0);
	TEST_EXPECT(deny(fault) == 0);
	before = test_fds_count();
	TEST_EXPECT(spawn_rig_start(&rig) < 0);
	if (rig.failure.step != fault->step)
		(void)printf("# failed to %s instead\n",
		    psd_step_name(rig.failure.step));
	TEST_EXPECT(rig.failure.step == fault->step);
	if (fault->error != 0)
		TEST_EXPECT(rig.failure.error == fault->error ||
		    fault->step == PSD_STEP_VERIFY);
	TEST_EXPECT(!has_child());
	TEST_EXPECT(test_fds_count() == before);
	return 0;
}

static void
step_that_fails_is_told_and_nothing_runs(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		struct fault fault = faults[i];

		for (int way = faults[i].owns_uid; way < 2; way++) {
			fault.owns_uid = way == 1;
			if (test_child_exit_status(
				test_child_start(start_with_fault, &fault)) !=
			    0)
				fail_msg("fault %zu: %s with %s", i,
				    psd_step_name(fault.step),
				    strerror(fault.error));
		}
	}
}

/* Without a fault, the same goes well: the table shows faults alone. */
static int
start_without_fault(void *argument)
{
	struct spawn_rig rig;
	int ns[PSD_NS_COUNT];

	(void)argument;
	TEST_EXPECT(init_everything(&rig, ns) == 0);
	TEST_EXPECT(spawn_rig_start(&rig) == 0);
	TEST_EXPECT(rig.child.listener >= 0);
	spawn_rig_stop(&rig);
	return 0;
}

static void
without_a_fault_every_step_is_done(void **state)
{
	(void)state;
	assert_int_equal(test_child_exit_status(
			     test_child_start(start_without_fault, NULL)),
	    0);
}

static int
start_with_full_bounding_set(void *argument)
{
	struct spawn_rig rig;

	(void)argument;
	TEST_EXPECT(spawn_rig_init(&rig, "tiny_pong") == 0);
	TEST_EXPECT(spawn_rig_start(&rig) == -EPERM);
	TEST_EXPECT(rig.failure.step == PSD_STEP_VERIFY);
	return 0;
}

static void
daemon_that_did_not_prepare_starts_nothing(void **state)
{
	const pid_t *unprepared = *state;

	assert_int_equal(test_child_exit_status(*unprepared), 0);
}

/* A filter above ours that kills instead of answering. */
static int
start_and_be_killed(void *argument)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
		    offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_setresuid, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog killer = { .len = 4, .filter = code };
	struct spawn_rig rig;

	(void)argument;
	TEST_EXPECT(spawn_rig_init(&rig, "tiny_pong") == 0);
	TEST_EXPECT(prctl(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L) == 0);
	TEST_EXPECT(
	    syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &killer) == 0);
	TEST_EXPECT(spawn_rig_start(&rig) == -ECANCELED);
	TEST_EXPECT(rig.failure.step == PSD_STEP_UID);
	TEST_EXPECT(!has_child());
	return 0;
}

static void
child_that_is_killed_halfway_is_a_failed_start(void **state)
{
	(void)state;
	assert_int_equal(test_child_exit_status(
			     test_child_start(start_and_be_killed, NULL)),
	    0);
}

int
main(void)
{
	static pid_t unprepared;
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(step_that_fails_is_told_and_nothing_runs),
		cmocka_unit_test(without_a_fault_every_step_is_done),
		cmocka_unit_test_prestate(
		    daemon_that_did_not_prepare_starts_nothing, &unprepared),
		cmocka_unit_test(
		    child_that_is_killed_halfway_is_a_failed_start),
	};
	int skipped;

	if (geteuid() == 0)
		unprepared =
		    test_child_start(start_with_full_bounding_set, NULL);
	skipped = spawn_rig_prepare();
	if (skipped != 0)
		return skipped;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
