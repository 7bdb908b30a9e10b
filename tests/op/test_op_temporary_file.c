/* SPDX-License-Identifier: ISC */
#include "common/fd.h"
#include "common/mem.h"
#include "tests/support/fds.h"
#include "tests/support/path_rig.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static int
ask_mode(struct op_rig *rig, struct psd_str directory, uint32_t mode)
{
	struct psd_temporary_file_req req = {
		.directory = directory,
		.mode = mode,
	};
	struct psd_temporary_file_rep rep;
	const int r = op_rig_ask(rig, PSD_OP_temporary_file, &req, &rep);

	return r < 0 ? r : rep.file;
}

static int
ask(struct op_rig *rig, struct psd_str directory)
{
	const int fd = ask_mode(rig, directory, 0600);

	psd_fd_close(fd);
	return fd < 0 ? fd : 0;
}

static int
ask_name(struct path_rig *rig, const char *name)
{
	return ask(&rig->op, op_rig_path(&rig->op, name));
}

/* False, and it has said SKIP, where the file system has no such files. */
static bool
are_there(struct path_rig *rig)
{
	if (ask(&rig->op, psd_str_of(rig->op.dir)) != -EOPNOTSUPP)
		return true;
	path_rig_stop(rig);
	print_message("SKIP: no files without a name here\n");
	return false;
}

static void
the_file_is_new_empty_and_without_a_name(void **state)
{
	_cleanup_free_ char *before = NULL, *after = NULL;
	struct path_rig rig;
	struct stat status;
	char name[64];
	int fd;

	(void)state;
	path_rig_start(&rig, "AllowTemporaryFile=%s/**");
	if (!are_there(&rig))
		skip();
	before = path_rig_snapshot(rig.outer);
	fd = ask_mode(&rig.op, op_rig_path(&rig.op, "sub"), 0640);
	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &status), 0);
	assert_int_equal(status.st_mode, S_IFREG | 0640);
	assert_int_equal(status.st_size, 0);
	assert_int_equal(status.st_nlink, 0);
	assert_int_equal(fcntl(fd, F_GETFL) & (O_ACCMODE | O_NONBLOCK), O_RDWR);
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	/* Not even root gives it one. */
	(void)snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	assert_int_equal(linkat(AT_FDCWD, name, AT_FDCWD,
			     op_rig_path(&rig.op, "named").at,
			     AT_SYMLINK_FOLLOW),
	    -1);
	assert_int_equal(errno, ENOENT);
	assert_int_equal(write(fd, "x", 1), 1);
	psd_fd_close(fd);
	after = path_rig_snapshot(rig.outer);
	assert_string_equal(before, after);
	path_rig_stop(&rig);
}

static void
the_owner_gets_it(void **state)
{
	struct path_rig rig;
	struct stat status;
	int fd;

	(void)state;
	path_rig_start(&rig, "AllowTemporaryFile=%s/** owner=12345");
	if (geteuid() != 0) {
		path_rig_stop(&rig);
		print_message("SKIP: only root can give files away\n");
		skip();
	}
	if (!are_there(&rig))
		skip();
	fd = ask_mode(&rig.op, op_rig_path(&rig.op, "sub"), 0777);
	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &status), 0);
	assert_int_equal(status.st_uid, 12345);
	assert_int_equal(status.st_mode, S_IFREG | 0777);
	psd_fd_close(fd);
	path_rig_stop(&rig);
}

static void
nothing_outside_the_grant_is_used(void **state)
{
	struct path_rig rig;

	(void)state;
	path_rig_start(&rig, "AllowTemporaryFile=%s/**");
	path_rig_check_refused(&rig, ask);
	path_rig_check_lengths(&rig, ask);
	assert_int_equal(ask_name(&rig, "link"), -EPERM);
	assert_int_equal(ask_name(&rig, "file"), -ENOTDIR);
	assert_int_equal(ask_name(&rig, "none"), -ENOENT);
	path_rig_stop(&rig);
}

static void
with_follow_a_link_leads_to_granted_places_only(void **state)
{
	struct path_rig rig;

	(void)state;
	path_rig_start(&rig,
	    "AllowTemporaryFile=%s/** follow\nDenyTemporaryFile=%s/sub/empty");
	if (!are_there(&rig))
		skip();
	assert_int_equal(symlink("sub", op_rig_path(&rig.op, "a").at), 0);
	assert_int_equal(symlink("sub/empty", op_rig_path(&rig.op, "b").at), 0);
	assert_int_equal(ask_name(&rig, "a"), 0);
	assert_int_equal(ask_name(&rig, "b"), -EPERM);
	assert_int_equal(ask_name(&rig, "link"), -EPERM);
	path_rig_stop(&rig);
}

static void
a_refusal_of_the_system_is_told_and_loses_nothing(void **state)
{
	struct rlimit limit, low;
	struct path_rig rig;
	size_t before;

	(void)state;
	path_rig_start(&rig, "AllowTemporaryFile=%s/**");
	if (!are_there(&rig))
		skip();
	before = test_fds_count();
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	low = (struct rlimit){ 3, limit.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &low), 0);
	assert_int_equal(ask_name(&rig, "sub"), -EMFILE);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	assert_int_equal(ask_name(&rig, "sub"), 0);
	assert_int_equal(test_fds_count(), before);
	path_rig_stop(&rig);
}

static void
another_mount_is_entered_with_xdev_only(void **state)
{
	struct path_rig rig;

	(void)state;
	if (!path_rig_may_mount())
		skip();
	path_rig_start(&rig, "AllowTemporaryFile=%s/**");
	path_rig_mount(&rig);
	assert_int_equal(ask_name(&rig, "mount"), -EPERM);
	path_rig_stop(&rig);
	path_rig_start(&rig, "AllowTemporaryFile=%s/** xdev");
	path_rig_mount(&rig);
	assert_int_equal(ask_name(&rig, "mount"), 0);
	path_rig_stop(&rig);
}

static void
a_malformed_temporary_file_ends_the_conversation(void **state)
{
	struct psd_temporary_file_req req = {
		.directory = psd_str_of("/etc/x"),
	};

	(void)state;
	op_rig_check_malformed("AllowTemporaryFile=%s/**",
	    PSD_OP_temporary_file, &req);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_file_is_new_empty_and_without_a_name),
		cmocka_unit_test(the_owner_gets_it),
		cmocka_unit_test(nothing_outside_the_grant_is_used),
		cmocka_unit_test(
		    with_follow_a_link_leads_to_granted_places_only),
		cmocka_unit_test(
		    a_refusal_of_the_system_is_told_and_loses_nothing),
		cmocka_unit_test(another_mount_is_entered_with_xdev_only),
		cmocka_unit_test(
		    a_malformed_temporary_file_ends_the_conversation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
