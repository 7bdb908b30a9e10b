/* SPDX-License-Identifier: ISC */
#include "common/fd.h"
#include "common/mem.h"
#include "common/pair.h"
#include "helper/privsep.h"
#include "tests/support/child.h"
#include "tests/support/dir.h"
#include "tests/support/fake_daemon.h"
#include "tests/support/fds.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* A conversation with a daemon in a process of its own. */
struct talk {
	struct privsep *conversation;
	pid_t daemon;
	char *dir;
	size_t fds_before;
};

struct both {
	struct fake_daemon daemon;
	int helper_end;
};

static int
serve(void *argument)
{
	struct both *b = argument;

	psd_fd_close(b->helper_end);
	(void)umask(0);
	return fake_daemon_serve(&b->daemon);
}

static int
begin(void **state)
{
	static struct talk t;
	struct both b;
	int ends[2];

	t.fds_before = test_fds_count();
	t.dir = test_dir_make();
	assert_non_null(t.dir);
	assert_int_equal(psd_pair(SOCK_SEQPACKET, ends), 0);
	b.daemon = (struct fake_daemon){ ends[1], PSD_NO_FD, PSD_NO_FD };
	b.helper_end = ends[0];
	t.daemon = test_child_start(serve, &b);
	assert_true(t.daemon > 0);
	psd_fd_close(ends[1]);
	assert_int_equal(privsep_from_fd(&t.conversation, ends[0]), 0);
	*state = &t;
	return 0;
}

static int
finish(void **state)
{
	struct talk *t = *state;

	assert_int_equal(privsep_ping(t->conversation), 0);
	assert_int_equal(privsep_end(t->conversation), 0);
	assert_int_equal(test_child_exit_status(t->daemon), 0);
	test_dir_remove(t->dir);
	assert_int_equal(test_fds_count(), t->fds_before);
	return 0;
}

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
readlink_tells_where_a_link_leads(void **state)
{
	const struct talk *t = *state;
	_cleanup_free_ char *path = path_of(t, "link");
	char target[8] = "before";

	assert_int_equal(symlink("target", path), 0);
	assert_int_equal(privsep_readlink(t->conversation, path, target, 6),
	    -ERANGE);
	assert_int_equal(privsep_readlink(t->conversation, path, target, 0),
	    -ERANGE);
	assert_string_equal(target, "before");
	assert_int_equal(privsep_readlink(t->conversation, path, target, 7), 6);
	assert_string_equal(target, "target");
	assert_int_equal(privsep_readlink(t->conversation, t->dir, target, 7),
	    -EINVAL);
	assert_int_equal(privsep_readlink(t->conversation, too_long(), target,
			     7),
	    -ENAMETOOLONG);
}

static void
unlink_removes_a_file(void **state)
{
	const struct talk *t = *state;
	_cleanup_free_ char *path = path_of(t, "file");

	assert_int_equal(test_dir_write(t->dir, "file", ""), 0);
	assert_int_equal(privsep_unlink(t->conversation, t->dir), -EISDIR);
	assert_int_equal(privsep_unlink(t->conversation, path), 0);
	assert_int_equal(access(path, F_OK), -1);
	assert_int_equal(privsep_unlink(t->conversation, path), -ENOENT);
	assert_int_equal(privsep_unlink(t->conversation, too_long()),
	    -ENAMETOOLONG);
}

static void
mkdir_makes_a_directory_of_that_mode(void **state)
{
	const struct talk *t = *state;
	_cleanup_free_ char *path = path_of(t, "made");
	struct stat status;

	assert_int_equal(privsep_mkdir(t->conversation, path, 01777), -EINVAL);
	assert_int_equal(privsep_mkdir(t->conversation, path, 0751), 0);
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode, S_IFDIR | 0751);
	assert_int_equal(privsep_mkdir(t->conversation, path, 0751), -EEXIST);
	assert_int_equal(privsep_mkdir(t->conversation, too_long(), 0751),
	    -ENAMETOOLONG);
}

static void
rmdir_removes_an_empty_directory(void **state)
{
	const struct talk *t = *state;
	_cleanup_free_ char *path = path_of(t, "empty");

	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(privsep_rmdir(t->conversation, t->dir), -ENOTEMPTY);
	assert_int_equal(privsep_rmdir(t->conversation, path), 0);
	assert_int_equal(privsep_rmdir(t->conversation, path), -ENOENT);
	assert_int_equal(privsep_rmdir(t->conversation, too_long()),
	    -ENAMETOOLONG);
}

static void
rename_replaces_unless_told_not_to(void **state)
{
	const struct talk *t = *state;
	_cleanup_free_ char *from = path_of(t, "from");
	_cleanup_free_ char *to = path_of(t, "to");

	assert_int_equal(test_dir_write(t->dir, "from", "new"), 0);
	assert_int_equal(test_dir_write(t->dir, "to", "old, longer"), 0);
	assert_int_equal(privsep_rename(t->conversation, from, to,
			     PRIVSEP_NO_REPLACE),
	    -EEXIST);
	assert_int_equal(privsep_rename(t->conversation, from, to, 2), -EINVAL);
	assert_int_equal(privsep_rename(t->conversation, from, to, 0), 0);
	assert_int_equal(privsep_rename(t->conversation, from, to, 0), -ENOENT);
	assert_int_equal(privsep_rename(t->conversation, too_long(), to, 0),
	    -ENAMETOOLONG);
	assert_int_equal(privsep_rename(t->conversation, from, too_long(), 0),
	    -ENAMETOOLONG);
}

static void
truncate_sets_the_size(void **state)
{
	const struct talk *t = *state;
	_cleanup_free_ char *path = path_of(t, "file");
	struct stat status;

	assert_int_equal(test_dir_write(t->dir, "file", "12345"), 0);
	assert_int_equal(privsep_truncate(t->conversation, path, 2), 0);
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_size, 2);
	assert_int_equal(privsep_truncate(t->conversation, path,
			     UINT64_C(1) << 33),
	    0);
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_size, INT64_C(1) << 33);
	assert_int_equal(privsep_truncate(t->conversation, too_long(), 0),
	    -ENAMETOOLONG);
}

static void
set_times_sets_both(void **state)
{
	const struct talk *t = *state;
	_cleanup_free_ char *path = path_of(t, "file");
	struct stat status;

	assert_int_equal(test_dir_write(t->dir, "file", ""), 0);
	assert_int_equal(privsep_set_times(t->conversation, path, 1000000002,
			     3000000004),
	    0);
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_atim.tv_sec, 1);
	assert_int_equal(status.st_atim.tv_nsec, 2);
	assert_int_equal(status.st_mtim.tv_sec, 3);
	assert_int_equal(status.st_mtim.tv_nsec, 4);
	assert_int_equal(privsep_set_times(t->conversation, too_long(), 0, 0),
	    -ENAMETOOLONG);
}

static void
a_temporary_file_is_read_and_written(void **state)
{
	const struct talk *t = *state;
	char text[4] = "";
	int fd;

	assert_int_equal(privsep_temporary_file(t->conversation, t->dir, 01777),
	    -EINVAL);
	fd = privsep_temporary_file(t->conversation, t->dir, 0600);
	if (fd == -EOPNOTSUPP) {
		print_message("SKIP: no such files here\n");
		skip();
	}
	assert_true(fd >= 0);
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	assert_int_equal(pwrite(fd, "abc", 3, 0), 3);
	assert_int_equal(pread(fd, text, 3, 0), 3);
	assert_string_equal(text, "abc");
	psd_fd_close(fd);
	assert_int_equal(privsep_temporary_file(t->conversation, too_long(),
			     0600),
	    -ENAMETOOLONG);
}

static void
access_tells_of_a_file(void **state)
{
	const struct talk *t = *state;
	_cleanup_free_ char *path = path_of(t, "file");

	assert_int_equal(privsep_access(t->conversation, path, O_RDONLY),
	    -ENOENT);
	assert_int_equal(test_dir_write(t->dir, "file", ""), 0);
	assert_int_equal(privsep_access(t->conversation, path, O_RDONLY), 0);
	assert_int_equal(privsep_access(t->conversation, path, O_WRONLY), 0);
	assert_int_equal(privsep_access(t->conversation, path,
			     O_RDONLY | O_TRUNC),
	    -EINVAL);
	assert_int_equal(privsep_access(t->conversation, too_long(), O_RDONLY),
	    -ENAMETOOLONG);
}

#define WITH_DAEMON(test) cmocka_unit_test_setup_teardown((test), begin, finish)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		WITH_DAEMON(readlink_tells_where_a_link_leads),
		WITH_DAEMON(unlink_removes_a_file),
		WITH_DAEMON(mkdir_makes_a_directory_of_that_mode),
		WITH_DAEMON(rmdir_removes_an_empty_directory),
		WITH_DAEMON(rename_replaces_unless_told_not_to),
		WITH_DAEMON(truncate_sets_the_size),
		WITH_DAEMON(set_times_sets_both),
		WITH_DAEMON(a_temporary_file_is_read_and_written),
		WITH_DAEMON(access_tells_of_a_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
