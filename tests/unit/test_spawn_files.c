/* SPDX-License-Identifier: ISC */
/* A child takes what it needs of a large table of descriptors, and no more. */
#include "common/fd.h"
#include "tests/support/child.h"
#include "tests/support/fds.h"
#include "tests/support/spawn_rig.h"

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

enum { MANY = 3000, FAR = 2000, OF_A_HELPER = 4 };

static void
raise_limit(void)
{
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	limit.rlim_cur = limit.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	if (limit.rlim_max < MANY + 100)
		fail_msg("no room for %d descriptors", MANY);
}

static void
move_far(int *fd)
{
	const int far = fcntl(*fd, F_DUPFD_CLOEXEC, FAR);

	assert_true(far >= FAR);
	psd_fd_close(*fd);
	*fd = far;
}

/* Without close-on-exec: whatever of it the child had, the program would. */
static void
fill_table(int *fds)
{
	for (size_t i = 0; i < MANY; i++) {
		fds[i] = dup(STDERR_FILENO);
		assert_true(fds[i] >= 0);
	}
}

static void
empty_table(const int *fds)
{
	for (size_t i = 0; i < MANY; i++)
		psd_fd_close(fds[i]);
}

static size_t
count_of(pid_t pid)
{
	char path[64];
	size_t n = 0;
	DIR *dir;

	(void)snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	dir = opendir(path);
	assert_non_null(dir);
	for (const struct dirent *entry = readdir(dir); entry != NULL;
	     entry = readdir(dir))
		n += entry->d_name[0] != '.';
	(void)closedir(dir);
	return n;
}

/* A helper whose every descriptor came from far up. */
static void
start_far(struct spawn_rig *rig)
{
	assert_int_equal(spawn_rig_init(rig, "tiny_pong"), 0);
	rig->plan.owns_uid = true;
	move_far(&rig->plan.exec_fd);
	move_far(&rig->plan.null_fd);
	rig->birth.stderr_fd = dup(STDERR_FILENO);
	move_far(&rig->birth.stderr_fd);
	assert_int_equal(spawn_rig_start(rig), 0);
	psd_fd_cleanup(&rig->birth.stderr_fd);
}

static void
child_of_a_process_with_thousands_has_its_own_alone(void **state)
{
	static int fds[MANY];
	const size_t before = test_fds_count();
	struct spawn_rig rig;
	char byte = 'x';

	(void)state;
	fill_table(fds);
	for (int i = 0; i < 20; i++) {
		start_far(&rig);
		assert_int_equal(count_of(rig.child.pid), OF_A_HELPER);
		assert_int_equal(send(rig.pair, &byte, 1, MSG_NOSIGNAL), 1);
		assert_int_equal(recv(rig.pair, &byte, 1, 0), 1);
		spawn_rig_stop(&rig);
		spawn_rig_free(&rig);
	}
	for (size_t i = 0; i < MANY; i++)
		assert_true(fcntl(fds[i], F_GETFD) == 0);
	empty_table(fds);
	assert_int_equal(test_fds_count(), before);
}

/* Else the end would not be seen. */
static void
end_of_the_pair_does_not_stay_with_the_parent(void **state)
{
	static int fds[MANY];
	struct spawn_rig rig;
	char byte;

	(void)state;
	fill_table(fds);
	start_far(&rig);
	assert_int_equal(kill(rig.child.pid, SIGKILL), 0);
	assert_int_equal(recv(rig.pair, &byte, 1, 0), 0);
	spawn_rig_stop(&rig);
	spawn_rig_free(&rig);
	empty_table(fds);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    child_of_a_process_with_thousands_has_its_own_alone),
		cmocka_unit_test(end_of_the_pair_does_not_stay_with_the_parent),
	};
	const int skipped = spawn_rig_prepare();

	if (skipped != 0)
		return skipped;
	raise_limit();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
