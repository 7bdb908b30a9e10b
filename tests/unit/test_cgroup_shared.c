/* SPDX-License-Identifier: ISC */
/* Two daemons in the topmost control group that cannot see each other. */
#include "common/fd.h"
#include "daemon/cgroup.h"
#include "tests/support/child.h"
#include "tests/support/expect.h"
#include "tests/support/spawn_rig.h"

#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static struct psd_cgroup cgroup;

/* We were moved into a leaf of the test's. */
static int
go_to_top(void)
{
	char top[PATH_MAX + 32];
	_cleanup_fd_ int fd = PSD_NO_FD;

	(void)snprintf(top, sizeof(top), "%.*s/cgroup.procs",
	    (int)(strrchr(cgroup.path, '/') - cgroup.path), cgroup.path);
	fd = open(top, O_WRONLY | O_CLOEXEC);
	TEST_EXPECT(write(fd, "0", 1) == 1);
	return 0;
}

/* Its first process, which has no parent there that it could see. */
static void
be_first(void)
{
	struct psd_cgroup theirs = { .base_fd = PSD_NO_FD };
	char why[256];

	if (psd_cgroup_open(&theirs, NULL, why, sizeof(why)) < 0) {
		printf("# %s\n", why);
		_exit(1);
	}
	psd_cgroup_close(&theirs);
	_exit(0);
}

/* As another daemon of our namespace, from the topmost group. */
static int
open_own(void *argument)
{
	struct psd_cgroup own = { .base_fd = PSD_NO_FD };
	char why[256];

	(void)argument;
	TEST_EXPECT(go_to_top() == 0);
	TEST_EXPECT(psd_cgroup_open(&own, NULL, why, sizeof(why)) == 0);
	psd_cgroup_close(&own);
	return 0;
}

/* A container's daemon sees our processes no more than those of the dead. */
static int
be_a_container(void *argument)
{
	int status = -1;
	pid_t pid;

	(void)argument;
	TEST_EXPECT(go_to_top() == 0);
	TEST_EXPECT(unshare(CLONE_NEWPID) == 0);
	pid = fork();
	if (pid == 0)
		be_first();
	TEST_EXPECT(waitpid(pid, &status, 0) == pid && status == 0);
	return 0;
}

static void
daemon_of_another_pid_namespace_kills_none_of_ours(void **state)
{
	const int leaf = psd_cgroup_leaf_make(&cgroup, UINT64_MAX, UINT32_MAX);
	siginfo_t info = { .si_pid = 0 };
	struct spawn_rig rig;

	(void)state;
	assert_int_equal(spawn_rig_init(&rig, "tiny_pong"), 0);
	rig.birth.cgroup_fd = psd_cgroup_leaf_fd(&cgroup, leaf);
	assert_int_equal(spawn_rig_start(&rig), 0);
	assert_int_equal(test_child_exit_status(
			     test_child_start(be_a_container, NULL)),
	    0);
	assert_int_equal(waitid(P_PIDFD, (id_t)rig.child.pidfd, &info,
			     WEXITED | WNOHANG | WNOWAIT),
	    0);
	assert_int_equal(info.si_pid, 0);
	spawn_rig_stop(&rig);
	spawn_rig_free(&rig);
	psd_cgroup_leaf_remove(&cgroup, leaf);
}

/* In the topmost group, with names like those of our kind. */
static void
group_that_is_no_dead_daemon_s_is_left(void **state)
{
	const char *slash = strrchr(cgroup.path, '/');
	const char *namespace = strrchr(cgroup.path, '-') + 1;
	char paths[5][PATH_MAX + 64];
	const struct {
		int pid;
		const char *rest; /* NULL: of our namespace */
		bool is_left;
	} rows[] = {
		{ 1, NULL, true },
		{ 0, NULL, true },
		{ INT_MAX, "-1", true },
		{ INT_MAX, "x", true },
		{ INT_MAX, NULL, false },
	};

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		(void)snprintf(paths[i], sizeof(paths[i]),
		    "%.*s/privsepd-%d%s%s", (int)(slash - cgroup.path),
		    cgroup.path, rows[i].pid,
		    rows[i].rest == NULL ? "-" : rows[i].rest,
		    rows[i].rest == NULL ? namespace : "");
		assert_int_equal(mkdir(paths[i], 0755), 0);
	}
	assert_int_equal(test_child_exit_status(
			     test_child_start(open_own, NULL)),
	    0);
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(rmdir(paths[i]), rows[i].is_left ? 0 : -1);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    daemon_of_another_pid_namespace_kills_none_of_ours),
		cmocka_unit_test(group_that_is_no_dead_daemon_s_is_left),
	};
	char why[256];
	const int skipped = spawn_rig_prepare();
	int failed;

	if (skipped != 0)
		return skipped;
	if (psd_cgroup_open(&cgroup, NULL, why, sizeof(why)) < 0) {
		printf("1..0 # SKIP no control group: %s\n", why);
		return 77;
	}
	if (strstr(cgroup.path, "/privsepd-") == NULL) {
		psd_cgroup_close(&cgroup);
		printf("1..0 # SKIP not in the topmost control group\n");
		return 77;
	}
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	psd_cgroup_close(&cgroup);
	return failed;
}
