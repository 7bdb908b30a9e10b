/* SPDX-License-Identifier: ISC */
/* The runtime directory is ours alone, or not used. */
#include "daemon/runtime.h"

#include "common/fd.h"
#include "daemon/uid_check.h"
#include "tests/support/child.h"
#include "tests/support/deny.h"
#include "tests/support/expect.h"
#include "tests/support/fds.h"
#include "tests/unit/dir_fixture.h"

#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

static char path[PATH_MAX];

static const char *
below(const char *name)
{
	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static void
directory_is_made_and_is_for_one_daemon(void **state)
{
	struct stat status;
	mode_t mask = umask(0077);
	const int lock = psd_runtime_open(below("made"));

	(void)state;
	(void)umask(mask);
	assert_true(lock >= 0);
	/* The umask took nothing from it. */
	assert_int_equal(stat(below("made"), &status), 0);
	assert_int_equal(status.st_mode & 07777, 0755);
	assert_int_equal(psd_runtime_open(below("made")), -EWOULDBLOCK);
	assert_int_equal(psd_runtime_make_below(below("made"), "service"), 0);
	assert_int_equal(psd_runtime_make_below(below("made"), "service"), 0);
	psd_fd_close(lock);
}

static void
directory_that_others_can_change_is_refused(void **state)
{
	static const mode_t modes[] = { 0775, 0757 };
	const size_t fds = test_fds_count();

	(void)state;
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		assert_int_equal(mkdir(below("open"), 0755), 0);
		assert_int_equal(chmod(path, modes[i]), 0);
		assert_int_equal(psd_runtime_open(path), -EPERM);
		assert_int_equal(psd_runtime_make_below(dir, "open"), -EPERM);
		assert_int_equal(rmdir(below("open")), 0);
	}
	if (geteuid() == 0) {
		assert_int_equal(mkdir(below("theirs"), 0755), 0);
		assert_int_equal(chown(path, 65534, 65534), 0);
		assert_int_equal(psd_runtime_open(path), -EPERM);
	}
	assert_int_equal(symlink(dir, below("link")), 0);
	assert_int_equal(psd_runtime_open(path), -ENOTDIR);
	assert_int_equal(mkdir(below("odd"), 0755), 0);
	assert_int_equal(symlink("/dev/null", below("odd/lock")), 0);
	assert_int_equal(psd_runtime_open(below("odd")), -ELOOP);
	assert_int_equal(test_fds_count(), fds);
}

static void
directory_that_cannot_be_is_an_error(void **state)
{
	static char long_name[PATH_MAX];

	(void)state;
	assert_int_equal(psd_runtime_open(below("not/there")), -ENOENT);
	memset(long_name, 'x', sizeof(long_name) - 1);
	assert_int_equal(psd_runtime_make_below(dir, long_name), -ENAMETOOLONG);
}

static int
unfinished(void *argument)
{
	const size_t fds = test_fds_count();

	(void)argument;
	TEST_EXPECT(test_deny(SYS_fchmod, EROFS) == 0);
	TEST_EXPECT(psd_runtime_open(below("unfinished")) == -EROFS);
	TEST_EXPECT(test_fds_count() == fds);
	return 0;
}

static void
directory_that_cannot_be_opened_to_all_is_an_error(void **state)
{
	(void)state;
	assert_int_equal(test_child_exit_status(
			     test_child_start(unfinished, NULL)),
	    0);
}

static void
map_of_ids_is_three_numbers(void **state)
{
	static const char *const bad[] = { "", "0", "0 1", "0 1 x\n",
		"0 1 -1\n", "a 1 1\n", "0 1 1 1\n", "0 1 1x",
		"0 99999999999999999999 1\n" };
	struct psd_uid_map map;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(psd_uid_map_parse(bad[i], &map), -EINVAL);
	assert_int_equal(psd_uid_map_parse("         0     100000      65536\n",
			     &map),
	    0);
	assert_int_equal(map.inside, 0);
	assert_int_equal(map.outside, 100000);
	assert_int_equal(map.count, 65536);
	assert_int_equal(psd_uid_map_parse("1 2 3", &map), 0);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(directory_is_made_and_is_for_one_daemon),
		cmocka_unit_test(directory_that_others_can_change_is_refused),
		cmocka_unit_test(directory_that_cannot_be_is_an_error),
		cmocka_unit_test(
		    directory_that_cannot_be_opened_to_all_is_an_error),
		cmocka_unit_test(map_of_ids_is_three_numbers),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
