/* SPDX-License-Identifier: ISC */
/* A step that fails is told by name, and nothing half confined ever runs. */
#include "common/fd.h"
#include "common/pair.h"
#include "tests/support/child.h"
#include "tests/support/deny.h"
#include "tests/support/dir.h"
#include "tests/support/expect.h"
#include "tests/support/fds.h"
#include "tests/support/spawn_rig.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
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
};

static struct sock_filter allow_all = { .code = BPF_RET | BPF_K,
	.k = SECCOMP_RET_ALLOW };
static const struct sock_fprog filter = { .len = 1, .filter = &allow_all };

static const struct fault faults[] = {
	{ SYS_dup3, 1, RIG_NOFILE, EMFILE, PSD_STEP_HIGH_NUMBERS },
	{ SYS_dup3, 1, RIG_NOFILE + 1, EMFILE, PSD_STEP_HIGH_NUMBERS },
	{ SYS_setns, ANY, 0, EPERM, PSD_STEP_NAMESPACES },
	{ SYS_dup3, 1, 0, EIO, PSD_STEP_STDIO },
	{ SYS_dup3, 1, 1, EIO, PSD_STEP_STDIO },
	{ SYS_dup3, 1, 2, EIO, PSD_STEP_STDIO },
	{ SYS_dup3, 1, 3, EIO, PSD_STEP_PAIR },
	{ SYS_close_range, ANY, 0, ENOSYS, PSD_STEP_CLOSE_RANGE },
	{ SYS_prlimit64, 1, RLIMIT_CORE, EPERM, PSD_STEP_LIMITS },
	{ SYS_setsid, ANY, 0, EPERM, PSD_STEP_SESSION },
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
	{ SYS_setgroups, ANY, 0, 0, PSD_STEP_VERIFY },
	{ SYS_setresgid, ANY, 0, 0, PSD_STEP_VERIFY },
	{ SYS_setresuid, ANY, 0, 0, PSD_STEP_VERIFY },
	{ SYS_capset, ANY, 0, 0, PSD_STEP_VERIFY },
};

static int
deny(const struct fault *fault)
{
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
		const pid_t pid = test_child_start(start_with_fault, &fault);

		if (test_child_exit_status(pid) != 0)
			fail_msg("fault %zu: %s with %s", i,
			    psd_step_name(fault.step), strerror(fault.error));
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

/* The second listener of a chain is refused by the kernel. */
static int
start_below_a_listener(void *argument)
{
	const bool has_plain = argument != NULL;
	struct spawn_rig rig;
	int ns[PSD_NS_COUNT];

	TEST_EXPECT(init_everything(&rig, ns) == 0);
	TEST_EXPECT(prctl(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L) == 0);
	TEST_EXPECT(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
			SECCOMP_FILTER_FLAG_NEW_LISTENER, &filter) >= 0);
	if (!has_plain) {
		TEST_EXPECT(spawn_rig_start(&rig) == -EBUSY);
		TEST_EXPECT(rig.failure.step == PSD_STEP_FILTER);
		return 0;
	}
	rig.plan.plain_filter = &filter;
	TEST_EXPECT(spawn_rig_start(&rig) == 0);
	TEST_EXPECT(rig.child.listener == PSD_NO_FD);
	spawn_rig_stop(&rig);
	return 0;
}

static void
second_listener_falls_back_to_the_plain_filter(void **state)
{
	static char yes[] = "plain";

	(void)state;
	assert_int_equal(test_child_exit_status(
			     test_child_start(start_below_a_listener, yes)),
	    0);
	assert_int_equal(test_child_exit_status(
			     test_child_start(start_below_a_listener, NULL)),
	    0);
}

static int
start_without_clone3(void *argument)
{
	const int *error = argument;
	struct spawn_rig rig;
	int ns[PSD_NS_COUNT];
	char text[64];

	TEST_EXPECT(init_everything(&rig, ns) == 0);
	TEST_EXPECT(test_deny(SYS_clone3, *error) == 0);
	TEST_EXPECT(spawn_rig_start(&rig) == 0);
	TEST_EXPECT(rig.child.is_slow);
	spawn_rig_status(&rig, "SigIgn", text, sizeof(text));
	TEST_EXPECT(strcmp(text, "0000000000000000") == 0);
	spawn_rig_stop(&rig);
	/* And its failures are told in the same way. */
	TEST_EXPECT(test_deny(SYS_setsid, EPERM) == 0);
	TEST_EXPECT(spawn_rig_start(&rig) == -EPERM);
	TEST_EXPECT(rig.failure.step == PSD_STEP_SESSION);
	TEST_EXPECT(!has_child());
	return 0;
}

static void
without_clone3_there_is_clone(void **state)
{
	int errors[] = { ENOSYS, EPERM };

	(void)state;
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(test_child_exit_status(
				     test_child_start(start_without_clone3,
					 &errors[i])),
		    0);
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

/* error 0: any. */
static bool
start_with_bad_plan(struct spawn_rig *rig, enum psd_step step, int error)
{
	const int r = spawn_rig_start(rig);

	spawn_rig_stop(rig);
	if (r < 0 && rig->failure.step == step && rig->failure.error == -r &&
	    (error == 0 || r == -error))
		return true;
	print_error("%s: %s\n", psd_step_name(rig->failure.step),
	    strerror(rig->failure.error));
	return false;
}

static void
bad_descriptors_fail_where_they_are_used(void **state)
{
	const int bad_ns[PSD_NS_COUNT] = { 0, PSD_NO_FD, PSD_NO_FD, PSD_NO_FD };
	struct spawn_rig rig;
	struct spawn_rig good;

	(void)state;
	assert_int_equal(spawn_rig_init(&good, "tiny_pong"), 0);
	rig = good;
	rig.plan.exec_fd = PSD_NO_FD;
	assert_true(start_with_bad_plan(&rig, PSD_STEP_HIGH_NUMBERS, EBADF));
	rig = good;
	rig.plan.exec_number = 1 << 29;
	assert_true(start_with_bad_plan(&rig, PSD_STEP_HIGH_NUMBERS, 0));
	rig = good;
	rig.plan.namespaces = bad_ns;
	assert_true(start_with_bad_plan(&rig, PSD_STEP_NAMESPACES, EINVAL));
	rig = good;
	rig.plan.null_fd = PSD_NO_FD;
	assert_true(start_with_bad_plan(&rig, PSD_STEP_STDIO, EBADF));
	rig = good;
	rig.plan.landlock_fd = rig.plan.null_fd;
	assert_true(start_with_bad_plan(&rig, PSD_STEP_LANDLOCK, EBADFD));
	rig = good;
	rig.limits[0].value.rlim_max = RLIM_INFINITY;
	rig.plan.limits = rig.limits;
	assert_true(start_with_bad_plan(&rig, PSD_STEP_LIMITS, EPERM));
	spawn_rig_free(&good);
}

/* Writes a file for execution and opens it for the plan. */
static int
open_program(const char *dir, const char *name, const char *text, int mode)
{
	char path[256];

	assert_int_equal(test_dir_write(dir, name, text), 0);
	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	assert_int_equal(chmod(path, (mode_t)mode), 0);
	return open(path, O_PATH | O_CLOEXEC);
}

static void
program_that_cannot_be_executed_is_told(void **state)
{
	static const struct {
		const char *text;
		int mode;
		int error;
	} programs[] = {
		{ "no program at all", 0755, ENOEXEC },
		{ "\177ELF\2\1\1 and nothing behind it", 0755, ENOEXEC },
		{ "", 0755, ENOEXEC },
		{ "#!/bin/sh\n", 0755, ENOENT }, /* its descriptor is closed */
		{ "#!/no/such/interpreter\n", 0755, ENOENT },
		{ "\177ELF", 0644, EACCES },
		{ "\177ELF", 0700, EACCES },
	};
	char *dir = test_dir_make();
	struct spawn_rig rig;

	(void)state;
	assert_non_null(dir);
	assert_int_equal(spawn_rig_init(&rig, "tiny_pong"), 0);
	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++) {
		psd_fd_cleanup(&rig.plan.exec_fd);
		rig.plan.exec_fd = open_program(dir, "program",
		    programs[i].text, programs[i].mode);
		assert_true(rig.plan.exec_fd >= 0);
		assert_true(start_with_bad_plan(&rig, PSD_STEP_EXEC,
		    programs[i].error));
	}
	psd_fd_cleanup(&rig.plan.exec_fd);
	rig.plan.exec_fd = open(dir, O_PATH | O_CLOEXEC);
	assert_true(start_with_bad_plan(&rig, PSD_STEP_EXEC, EACCES));
	spawn_rig_free(&rig);
	test_dir_remove(dir);
}

static void
program_that_is_being_written_is_told(void **state)
{
	char *dir = test_dir_make();
	char path[256];
	_cleanup_fd_ int writer = PSD_NO_FD;
	struct spawn_rig rig;

	(void)state;
	assert_int_equal(spawn_rig_init(&rig, "tiny_pong"), 0);
	psd_fd_cleanup(&rig.plan.exec_fd);
	rig.plan.exec_fd = open_program(dir, "program", "\177ELF", 0755);
	(void)snprintf(path, sizeof(path), "%s/program", dir);
	writer = open(path, O_WRONLY | O_CLOEXEC);
	assert_true(writer >= 0);
	assert_true(start_with_bad_plan(&rig, PSD_STEP_EXEC, ETXTBSY));
	spawn_rig_free(&rig);
	test_dir_remove(dir);
}

static void
arguments_that_are_too_long_are_told(void **state)
{
	enum { LONG = 1 << 20 };
	char *text = malloc(LONG);
	struct spawn_rig rig;

	(void)state;
	assert_non_null(text);
	memset(text, 'x', LONG - 1);
	text[LONG - 1] = '\0';
	assert_int_equal(spawn_rig_init(&rig, "tiny_pong"), 0);
	rig.argv[1] = text;
	rig.plan.argv = rig.argv;
	assert_true(start_with_bad_plan(&rig, PSD_STEP_EXEC, E2BIG));
	spawn_rig_free(&rig);
	free(text);
}

static void
thousand_failed_starts_leave_nothing_behind(void **state)
{
	struct spawn_rig rig;
	size_t before;

	(void)state;
	assert_int_equal(spawn_rig_init(&rig, "tiny_pong"), 0);
	rig.plan.exec_fd = psd_fd_take(&rig.plan.null_fd);
	rig.plan.null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	rig.plan.filter = &filter;
	rig.plan.want_listener = true;
	before = test_fds_count();
	for (int i = 0; i < 1000; i++)
		assert_int_equal(spawn_rig_start(&rig), -EACCES);
	assert_int_equal(rig.failure.step, PSD_STEP_EXEC);
	assert_int_equal(test_fds_count(), before);
	assert_false(has_child());
	spawn_rig_free(&rig);
}

/* No number is free for the pidfd, then for the listener. */
static int
start_without_free_numbers(void *argument)
{
	struct spawn_rig rig;
	int ends[2], fd, last = -1;
	int n_failed = 0;

	(void)argument;
	TEST_EXPECT(spawn_rig_init(&rig, "tiny_pong") == 0);
	rig.plan.filter = &filter;
	rig.plan.want_listener = true;
	TEST_EXPECT(psd_pair(SOCK_SEQPACKET, ends) == 0);
	rig.birth.pair_end = ends[1];
	while ((fd = dup(0)) >= 0)
		last = fd;
	for (; n_failed < 16; n_failed++) {
		if (psd_spawn(&rig.plan, &rig.birth, &rig.child,
			&rig.failure) == 0)
			break;
		TEST_EXPECT(rig.failure.error == EMFILE);
		TEST_EXPECT(!has_child());
		TEST_EXPECT(close(last--) == 0);
	}
	/* Two for the pair, one for the pidfd, one for the listener. */
	TEST_EXPECT(n_failed >= 3 && n_failed <= 4);
	spawn_rig_stop(&rig);
	return 0;
}

static void
shortage_of_descriptors_fails_the_start(void **state)
{
	(void)state;
	assert_int_equal(test_child_exit_status(
			     test_child_start(start_without_free_numbers,
				 NULL)),
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
		    second_listener_falls_back_to_the_plain_filter),
		cmocka_unit_test(without_clone3_there_is_clone),
		cmocka_unit_test(
		    child_that_is_killed_halfway_is_a_failed_start),
		cmocka_unit_test(bad_descriptors_fail_where_they_are_used),
		cmocka_unit_test(program_that_cannot_be_executed_is_told),
		cmocka_unit_test(program_that_is_being_written_is_told),
		cmocka_unit_test(arguments_that_are_too_long_are_told),
		cmocka_unit_test(thousand_failed_starts_leave_nothing_behind),
		cmocka_unit_test(shortage_of_descriptors_fails_the_start),
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
