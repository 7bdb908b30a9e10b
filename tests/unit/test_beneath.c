/* SPDX-License-Identifier: ISC */
#include "common/codec.h"
#include "common/fd.h"
#include "common/mem.h"
#include "daemon/beneath.h"
#include "daemon/proc_fd.h"
#include "tests/support/dir.h"
#include "tests/support/fds.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* A directory with "sub" and a link to it, held by a grant of all in it. */
struct held {
	char *dir;
	char glob[PATH_MAX];
	struct psd_grant grant;
	struct psd_grants rows[64];
	struct psd_policy policy;
};

static void
hold(struct held *held, uint32_t modifiers)
{
	const struct psd_op_row *row = psd_op_find(PSD_OP_stat);
	char path[PATH_MAX];

	memset(held, 0, sizeof(*held));
	assert_true(psd_op_count <= PSD_ELEMENTS(held->rows));
	held->dir = test_dir_make();
	assert_non_null(held->dir);
	(void)snprintf(path, sizeof(path), "%s/sub", held->dir);
	assert_int_equal(mkdir(path, 0700), 0);
	(void)snprintf(path, sizeof(path), "%s/link", held->dir);
	assert_int_equal(symlink("sub", path), 0);
	(void)snprintf(held->glob, sizeof(held->glob), "%s/**", held->dir);
	held->grant = (struct psd_grant){
		.glob = held->glob,
		.modifiers = modifiers,
		.dir_fd = open(held->dir, O_PATH | O_CLOEXEC),
		.dir_len = strlen(held->dir),
	};
	assert_true(held->grant.dir_fd >= 0);
	held->rows[row - psd_op_rows] =
	    (struct psd_grants){ .at = &held->grant, .n = 1 };
	held->policy.grants = held->rows;
	assert_int_equal(psd_proc_fd_init(), 0);
}

static void
let_go(struct held *held)
{
	psd_fd_close(held->grant.dir_fd);
	test_dir_remove(held->dir);
}

/* Opens the parent of the name in the directory; "" for that itself. */
static int
parent_of(const struct held *held, const char *below, char *ret_name)
{
	char path[2 * PATH_MAX];
	const char *name = "untouched";
	struct psd_str field;
	int fd;

	(void)snprintf(path, sizeof(path), "%s%s", held->dir, below);
	field = psd_str_of(path);
	fd = psd_beneath_parent(&held->policy, &held->grant,
	    psd_op_find(PSD_OP_stat), &field, &name);
	(void)snprintf(ret_name, NAME_MAX + 1, "%s", name);
	return fd;
}

static bool
is_directory(int fd, const struct held *held, const char *below)
{
	struct stat one, other;
	char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s%s", held->dir, below);
	return fstat(fd, &one) == 0 && stat(path, &other) == 0 &&
	    one.st_ino == other.st_ino && one.st_dev == other.st_dev;
}

static void
the_parent_is_opened_and_the_last_component_told(void **state)
{
	char name[NAME_MAX + 1];
	struct held held;
	int fd;

	(void)state;
	hold(&held, 0);
	fd = parent_of(&held, "/file", name);
	assert_true(is_directory(fd, &held, ""));
	assert_string_equal(name, "file");
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	psd_fd_close(fd);
	fd = parent_of(&held, "/sub/file", name);
	assert_true(is_directory(fd, &held, "/sub"));
	assert_string_equal(name, "file");
	psd_fd_close(fd);
	/* The last one is a name only, whatever it is the name of. */
	fd = parent_of(&held, "/link", name);
	assert_true(is_directory(fd, &held, ""));
	assert_string_equal(name, "link");
	psd_fd_close(fd);
	let_go(&held);
}

static void
a_parent_that_is_not_beneath_is_not_opened(void **state)
{
	const size_t before = test_fds_count();
	char name[NAME_MAX + 1];
	struct held held;

	(void)state;
	hold(&held, 0);
	assert_int_equal(parent_of(&held, "", name), -EPERM);
	assert_int_equal(parent_of(&held, "/link/file", name), -EPERM);
	assert_int_equal(parent_of(&held, "/../file", name), -EPERM);
	assert_int_equal(parent_of(&held, "/none/file", name), -ENOENT);
	assert_string_equal(name, "untouched");
	psd_fd_cleanup(&held.grant.dir_fd);
	assert_int_equal(parent_of(&held, "/file", name), -ENOENT);
	assert_int_equal(parent_of(&held, "", name), -EPERM);
	let_go(&held);
	/* One is kept: /proc/self/fd. */
	assert_in_range(test_fds_count(), before, before + 1);
}

static void
with_follow_the_place_of_the_entry_is_judged(void **state)
{
	char name[NAME_MAX + 1];
	struct held held;
	int fd;

	(void)state;
	hold(&held, PSD_MODIFIER_FOLLOW);
	fd = parent_of(&held, "/link/file", name);
	assert_true(is_directory(fd, &held, "/sub"));
	assert_string_equal(name, "file");
	psd_fd_close(fd);
	/* What lies directly in the directory is all that is covered now. */
	(void)snprintf(held.glob, sizeof(held.glob), "%s/*", held.dir);
	fd = parent_of(&held, "/file", name);
	assert_true(fd >= 0);
	psd_fd_close(fd);
	assert_int_equal(parent_of(&held, "/link/file", name), -EPERM);
	let_go(&held);
}

static void
in_the_root_the_place_is_spelt_with_one_slash(void **state)
{
	const struct psd_str path = psd_str_of("/none-such");
	const char *name;
	struct held held;
	int fd;

	(void)state;
	hold(&held, PSD_MODIFIER_FOLLOW);
	psd_fd_close(held.grant.dir_fd);
	held.grant.dir_fd = open("/", O_PATH | O_CLOEXEC);
	held.grant.dir_len = 1;
	held.grant.glob = "/none*";
	fd = psd_beneath_parent(&held.policy, &held.grant,
	    psd_op_find(PSD_OP_stat), &path, &name);
	assert_true(fd >= 0);
	assert_string_equal(name, "none-such");
	psd_fd_close(fd);
	let_go(&held);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    the_parent_is_opened_and_the_last_component_told),
		cmocka_unit_test(a_parent_that_is_not_beneath_is_not_opened),
		cmocka_unit_test(with_follow_the_place_of_the_entry_is_judged),
		cmocka_unit_test(in_the_root_the_place_is_spelt_with_one_slash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
