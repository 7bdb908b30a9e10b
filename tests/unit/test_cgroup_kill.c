/* SPDX-License-Identifier: ISC */
/*
 * Killing the processes of a group one by one, as before Linux 5.14.  A
 * directory with a list in it stands for the group.
 */
#include "common/fd.h"
#include "common/small_file.h"
#include "daemon/cgroup_file.h"
#include "tests/support/child.h"
#include "tests/support/dir.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { LIST_SIZE = 32768, MEMBERS = 8 };

static char *dir;
static int dir_fd = PSD_NO_FD;
static pid_t members[MEMBERS];

static int
sleep_on(void *argument)
{
	(void)argument;
	(void)pause();
	return 1;
}

static int
begin(void **state)
{
	(void)state;
	dir = test_dir_make();
	dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	for (int i = 0; i < MEMBERS; i++)
		members[i] = test_child_start(sleep_on, NULL);
	return dir_fd < 0;
}

static int
end(void **state)
{
	(void)state;
	for (int i = 0; i < MEMBERS; i++)
		if (members[i] > 0)
			test_child_kill(members[i]);
	psd_fd_cleanup(&dir_fd);
	test_dir_remove(dir);
	return 0;
}

/* By SIGKILL, and reaped then. */
static void
expect_killed(int member)
{
	int status = 0;

	assert_int_equal(test_child_wait(members[member], &status), 0);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	members[member] = 0;
}

static bool
is_killed(int member)
{
	siginfo_t info = { .si_pid = 0 };

	assert_int_equal(waitid(P_PID, (id_t)members[member], &info,
			     WEXITED | WNOHANG | WNOWAIT),
	    0);
	return info.si_pid != 0;
}

static void
every_process_of_a_long_list_is_killed(void **state)
{
	static char list[LIST_SIZE];
	size_t len = 0;
	int listed = 0;

	(void)state;
	/* Pieces in which it is read end within a number somewhere; 0 is one
	   that we do not see. */
	for (int i = 0; len < LIST_SIZE - 32; i++) {
		const bool is_member = i % 900 == 450 && listed < MEMBERS;

		len += (size_t)snprintf(list + len, LIST_SIZE - len, "%d\n",
		    is_member ? members[listed] : 0);
		listed += is_member;
	}
	assert_int_equal(listed, MEMBERS);
	assert_int_equal(test_dir_write(dir, "cgroup.procs", list), 0);
	assert_int_equal(psd_cgroup_kill_each(dir_fd), 0);
	for (int i = 0; i < MEMBERS; i++)
		expect_killed(i);
}

/* Each place at which a piece may end, within the number and around it. */
static void
a_number_that_two_pieces_share_is_read_as_one(void **state)
{
	static char list[LIST_SIZE];
	size_t len;

	(void)state;
	for (int i = 0; i < MEMBERS; i++) {
		len = 0;
		for (; len < 4096 - MEMBERS + (size_t)i; len++)
			list[len] = len % 2 == 0 ? '0' : '\n';
		list[len - 1] = '\n';
		(void)snprintf(list + len, LIST_SIZE - len, "%d\n", members[i]);
		assert_int_equal(test_dir_write(dir, "cgroup.procs", list), 0);
		assert_int_equal(psd_cgroup_kill_each(dir_fd), 0);
		expect_killed(i);
	}
}

static void
a_number_that_is_cut_is_nobodys(void **state)
{
	char list[64];

	(void)state;
	(void)snprintf(list, sizeof(list), "%d\n%d", members[0], members[1]);
	assert_int_equal(test_dir_write(dir, "cgroup.procs", list), 0);
	assert_int_equal(psd_cgroup_kill_each(dir_fd), 0);
	expect_killed(0);
	assert_false(is_killed(1));
}

static void
without_cgroup_kill_the_list_is_used(void **state)
{
	char list[64], text[16];

	(void)state;
	(void)snprintf(list, sizeof(list), "%d\n", members[0]);
	assert_int_equal(test_dir_write(dir, "cgroup.procs", list), 0);
	assert_int_equal(test_dir_write(dir, "cgroup.freeze", "0"), 0);
	assert_int_equal(psd_cgroup_kill(dir_fd), 0);
	expect_killed(0);
	/* Whatever it would have forked meanwhile. */
	assert_int_equal(psd_small_file_read(dir_fd, "cgroup.freeze", text,
			     sizeof(text)),
	    0);
	assert_string_equal(text, "1");
}

static void
with_cgroup_kill_the_kernel_does_it(void **state)
{
	char list[64], text[16];

	(void)state;
	(void)snprintf(list, sizeof(list), "%d\n", members[0]);
	assert_int_equal(test_dir_write(dir, "cgroup.procs", list), 0);
	assert_int_equal(test_dir_write(dir, "cgroup.kill", "0"), 0);
	assert_int_equal(psd_cgroup_kill(dir_fd), 0);
	assert_int_equal(psd_small_file_read(dir_fd, "cgroup.kill", text,
			     sizeof(text)),
	    0);
	assert_string_equal(text, "1");
	assert_false(is_killed(0));
}

static void
a_group_that_is_gone_is_an_error(void **state)
{
	(void)state;
	assert_int_equal(psd_cgroup_kill(dir_fd), -ENOENT);
}

int
main(void)
{
#define CASE(test) cmocka_unit_test_setup_teardown(test, begin, end)
	static const struct CMUnitTest tests[] = {
		CASE(every_process_of_a_long_list_is_killed),
		CASE(a_number_that_two_pieces_share_is_read_as_one),
		CASE(a_number_that_is_cut_is_nobodys),
		CASE(without_cgroup_kill_the_list_is_used),
		CASE(with_cgroup_kill_the_kernel_does_it),
		CASE(a_group_that_is_gone_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
