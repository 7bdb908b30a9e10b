/* SPDX-License-Identifier: ISC */
/* Paths that are told, and files whose mode and owner change. */
#include "tests/unit/privsep_fixture.h"

#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>

static char *
path_of(const struct talk *t, const char *name)
{
	char *path = NULL;

	assert_true(asprintf(&path, "%s/%s", t->dir, name) > 0);
	return path;
}

/* No system call takes it, and neither does a frame. */
static const char *
too_long(void)
{
	static char path[5000];

	memset(path, 'a', sizeof(path) - 1);
	path[0] = '/';
	return path;
}

static void
realpath_has_the_result_of_the_c_library(void **state)
{
	const struct talk *t = *state;
	_cleanup_free_ char *path = path_of(t, "link");
	_cleanup_free_ char *file = path_of(t, "file");
	_cleanup_free_ char *own = NULL, *told = NULL;
	char resolved[PATH_MAX];

	assert_int_equal(symlink("./file", path), 0);
	assert_null(privsep_realpath(t->conversation, path, NULL));
	assert_int_equal(errno, ENOENT);
	assert_int_equal(test_dir_write(t->dir, "file", ""), 0);
	own = realpath(path, NULL);
	assert_non_null(own);
	assert_ptr_equal(privsep_realpath(t->conversation, path, resolved),
	    resolved);
	assert_string_equal(resolved, own);
	told = privsep_realpath(t->conversation, file, NULL);
	assert_non_null(told);
	assert_string_equal(told, own);
	assert_null(privsep_realpath(t->conversation, too_long(), resolved));
	assert_int_equal(errno, ENAMETOOLONG);
}

static void
mode_and_owner_are_changed_of_a_file_that_stays_open(void **state)
{
	const struct talk *t = *state;
	_cleanup_free_ char *path = path_of(t, "file");
	_cleanup_fd_ int fd = PSD_NO_FD;
	struct stat status;

	assert_int_equal(test_dir_write(t->dir, "file", ""), 0);
	fd = open(path, O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(privsep_change_mode(t->conversation, path, fd, 0604),
	    0);
	assert_int_equal(privsep_change_owner(t->conversation, path, fd,
			     (uid_t)-1, getegid()),
	    0);
	assert_int_equal(fstat(fd, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0604);
	assert_int_equal(privsep_change_mode(t->conversation, path, fd, 01604),
	    -EINVAL);
	assert_int_equal(privsep_change_mode(t->conversation, path, PSD_NO_FD,
			     0604),
	    -EBADF);
	assert_int_equal(privsep_change_mode(t->conversation, too_long(), fd,
			     0604),
	    -ENAMETOOLONG);
	assert_int_equal(privsep_change_owner(t->conversation, too_long(), fd,
			     0, 0),
	    -ENAMETOOLONG);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		WITH_DAEMON(realpath_has_the_result_of_the_c_library),
		WITH_DAEMON(
		    mode_and_owner_are_changed_of_a_file_that_stays_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
