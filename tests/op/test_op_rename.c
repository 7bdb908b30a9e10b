/* SPDX-License-Identifier: ISC */
#include "common/mem.h"
#include "tests/support/dir.h"
#include "tests/support/path_rig.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static int
ask_paths(struct op_rig *rig, const char *from, const char *to, uint32_t flags)
{
	struct psd_rename_req req = {
		.from = psd_str_of(from),
		.to = psd_str_of(to),
		.flags = flags,
	};
	struct psd_rename_rep rep;

	return op_rig_ask(rig, PSD_OP_rename, &req, &rep);
}

static int
ask_names(struct path_rig *rig, const char *from, const char *to,
    uint32_t flags)
{
	char old[PATH_MAX], new[PATH_MAX];

	(void)snprintf(old, sizeof(old), "%s/%s", rig->op.dir, from);
	(void)snprintf(new, sizeof(new), "%s/%s", rig->op.dir, to);
	return ask_paths(&rig->op, old, new, flags);
}

/* Moving away what must stay, and bringing it in. */
static int
ask_from(struct op_rig *rig, struct psd_str path)
{
	char to[PATH_MAX];

	(void)snprintf(to, sizeof(to), "%s/moved", rig->dir);
	return ask_paths(rig, path.at, to, 0);
}

/* Moving something out, and over what must stay. */
static int
ask_to(struct op_rig *rig, struct psd_str path)
{
	char from[PATH_MAX];

	(void)snprintf(from, sizeof(from), "%s/file", rig->dir);
	return ask_paths(rig, from, path.at, 0);
}

static bool
is_there(const struct path_rig *rig, const char *name)
{
	struct stat status;

	return lstat(op_rig_path(&rig->op, name).at, &status) == 0;
}

static void
files_directories_and_links_get_another_name(void **state)
{
	static const char *const names[] = { "file", "sub", "link", "dangling",
		"fifo" };
	struct path_rig rig;

	(void)state;
	path_rig_start(&rig, "AllowRename=%s/**");
	assert_int_equal(mkfifo(op_rig_path(&rig.op, "fifo").at, 0600), 0);
	for (size_t i = 0; i < PSD_ELEMENTS(names); i++) {
		assert_int_equal(ask_names(&rig, names[i], "moved", 0), 0);
		assert_false(is_there(&rig, names[i]));
		assert_true(is_there(&rig, "moved"));
		assert_int_equal(ask_names(&rig, "moved", names[i], 1), 0);
		assert_true(is_there(&rig, names[i]));
	}
	assert_int_equal(ask_names(&rig, "file", "sub/empty/file", 0), 0);
	assert_true(is_there(&rig, "sub/empty/file"));
	path_rig_stop(&rig);
}

static void
what_has_the_name_is_replaced_unless_that_is_not_wanted(void **state)
{
	struct path_rig rig;

	(void)state;
	path_rig_start(&rig, "AllowRename=%s/**");
	assert_int_equal(ask_names(&rig, "file", "sub/file", 1), -EEXIST);
	assert_true(is_there(&rig, "file"));
	assert_int_equal(ask_names(&rig, "file", "name", 1), -EEXIST);
	assert_int_equal(ask_names(&rig, "file", "file", 1), -EEXIST);
	assert_int_equal(ask_names(&rig, "file", "sub", 0), -EISDIR);
	assert_int_equal(ask_names(&rig, "sub", "file", 0), -ENOTDIR);
	assert_int_equal(ask_names(&rig, "sub", "sub/empty/x", 0), -EINVAL);
	assert_int_equal(ask_names(&rig, "sub/empty", "sub", 0), -ENOTEMPTY);
	assert_int_equal(ask_names(&rig, "none", "file", 0), -ENOENT);
	assert_int_equal(ask_names(&rig, "file", "file", 0), 0);
	/* A link that is replaced is replaced itself. */
	assert_int_equal(ask_names(&rig, "file", "name", 0), 0);
	assert_false(is_there(&rig, "file"));
	path_rig_stop(&rig);
}

static void
flags_that_mean_nothing_are_invalid(void **state)
{
	static const uint32_t flags[] = { 2, 3, 4, 1u << 31, UINT32_MAX };
	_cleanup_free_ char *before = NULL, *after = NULL;
	struct path_rig rig;

	(void)state;
	path_rig_start(&rig, "AllowRename=%s/**");
	before = path_rig_snapshot(rig.outer);
	for (size_t i = 0; i < PSD_ELEMENTS(flags); i++)
		assert_int_equal(ask_names(&rig, "file", "sub/file", flags[i]),
		    -EINVAL);
	after = path_rig_snapshot(rig.outer);
	assert_string_equal(before, after);
	path_rig_stop(&rig);
}

static void
nothing_leaves_the_grant_or_comes_in(void **state)
{
	struct path_rig rig;

	(void)state;
	path_rig_start(&rig, "AllowRename=%s/**");
	path_rig_check_refused(&rig, ask_from);
	path_rig_check_refused(&rig, ask_to);
	assert_int_equal(ask_from(&rig.op, psd_str_of(rig.op.dir)), -EPERM);
	assert_int_equal(ask_to(&rig.op, psd_str_of(rig.op.dir)), -EPERM);
	path_rig_check_lengths(&rig, ask_from);
	path_rig_stop(&rig);
}

static void
one_line_must_cover_both_names_and_no_other_deny_one(void **state)
{
	struct path_rig rig;

	(void)state;
	path_rig_start(&rig,
	    "AllowRename=%s/file\nAllowRename=%s/[s]ub/*\n"
	    "DenyRename=%s/sub/denied");
	assert_int_equal(ask_names(&rig, "file", "sub/new", 0), -EPERM);
	assert_int_equal(ask_names(&rig, "sub/file", "file", 0), -EPERM);
	assert_int_equal(ask_names(&rig, "sub/file", "sub/denied", 0), -EPERM);
	assert_int_equal(ask_names(&rig, "sub/denied", "sub/file", 0), -EPERM);
	assert_int_equal(ask_names(&rig, "sub/file", "sub/new", 0), 0);
	path_rig_stop(&rig);
}

static void
owner_and_links_are_checked_on_both_entries(void **state)
{
	struct path_rig rig;
	char first[PATH_MAX];

	(void)state;
	path_rig_start(&rig, "AllowRename=%s/** owner=12345 links=1");
	(void)snprintf(first, sizeof(first), "%s/file", rig.op.dir);
	if (chown(first, 12345, 0) < 0) {
		path_rig_stop(&rig);
		print_message("SKIP: only root can give files away\n");
		skip();
	}
	assert_int_equal(ask_names(&rig, "file", "sub/file", 0), -EPERM);
	assert_int_equal(ask_names(&rig, "sub/file", "file", 0), -EPERM);
	assert_int_equal(ask_names(&rig, "sub/file", "new", 0), -EPERM);
	assert_int_equal(link(first, op_rig_path(&rig.op, "twice").at), 0);
	assert_int_equal(ask_names(&rig, "file", "new", 0), -EPERM);
	assert_int_equal(unlink(op_rig_path(&rig.op, "twice").at), 0);
	assert_int_equal(ask_names(&rig, "file", "new", 0), 0);
	path_rig_stop(&rig);
}

static void
make_victim(int directory)
{
	const int fd =
	    openat(directory, "victim", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(close(fd), 0);
}

static void
a_directory_swapped_for_a_link_leads_nowhere(void **state)
{
	struct path_rig rig;

	(void)state;
	path_rig_start(&rig, "AllowRename=%s/**");
	path_rig_race(&rig, ask_from, make_victim);
	path_rig_stop(&rig);
}

static void
another_mount_is_entered_with_xdev_only(void **state)
{
	struct path_rig rig;

	(void)state;
	if (!path_rig_may_mount())
		skip();
	path_rig_start(&rig, "AllowRename=%s/**");
	path_rig_mount(&rig);
	assert_int_equal(ask_names(&rig, "mount/file", "mount/new", 0), -EPERM);
	assert_int_equal(ask_names(&rig, "file", "mount/new", 0), -EPERM);
	path_rig_stop(&rig);
	path_rig_start(&rig, "AllowRename=%s/** xdev");
	path_rig_mount(&rig);
	assert_int_equal(ask_names(&rig, "mount/file", "mount/new", 0), 0);
	assert_int_equal(ask_names(&rig, "file", "mount/other", 0), -EXDEV);
	assert_int_equal(ask_names(&rig, "mount", "elsewhere", 0), -EBUSY);
	path_rig_stop(&rig);
}

static void
a_malformed_rename_ends_the_conversation(void **state)
{
	struct psd_rename_req req = {
		.from = psd_str_of("/etc/x"),
		.to = psd_str_of("/etc/y"),
	};

	(void)state;
	op_rig_check_malformed("AllowRename=%s/**", PSD_OP_rename, &req);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_directories_and_links_get_another_name),
		cmocka_unit_test(
		    what_has_the_name_is_replaced_unless_that_is_not_wanted),
		cmocka_unit_test(flags_that_mean_nothing_are_invalid),
		cmocka_unit_test(nothing_leaves_the_grant_or_comes_in),
		cmocka_unit_test(
		    one_line_must_cover_both_names_and_no_other_deny_one),
		cmocka_unit_test(owner_and_links_are_checked_on_both_entries),
		cmocka_unit_test(a_directory_swapped_for_a_link_leads_nowhere),
		cmocka_unit_test(another_mount_is_entered_with_xdev_only),
		cmocka_unit_test(a_malformed_rename_ends_the_conversation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
