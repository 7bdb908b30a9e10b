/* SPDX-License-Identifier: ISC */
#include "common/mem.h"
#include "tests/support/dir.h"
#include "tests/support/path_rig.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

static int
ask(struct op_rig *rig, struct psd_str path)
{
	struct psd_unlink_req req = { .path = path };
	struct psd_unlink_rep rep;

	return op_rig_ask(rig, PSD_OP_unlink, &req, &rep);
}

static int
ask_name(struct path_rig *rig, const char *name)
{
	return ask(&rig->op, op_rig_path(&rig->op, name));
}

static bool
is_there(const struct path_rig *rig, const char *name)
{
	struct stat status;

	return lstat(op_rig_path(&rig->op, name).at, &status) == 0;
}

static void
make_socket(const struct path_rig *rig, const char *name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	const struct psd_str path = op_rig_path(&rig->op, name);

	assert_true(fd >= 0 && path.len < sizeof(address.sun_path));
	memcpy(address.sun_path, path.at, path.len);
	assert_int_equal(bind(fd, (const struct sockaddr *)&address,
			     sizeof(address)),
	    0);
	assert_int_equal(close(fd), 0);
}

static void
files_fifos_sockets_and_links_are_removed(void **state)
{
	static const char *const names[] = { "file", "sub/file", "fifo",
		"socket", "link", "name", "dangling", "magic" };
	_cleanup_free_ char *after = NULL;
	struct path_rig rig;

	(void)state;
	path_rig_start(&rig, "AllowUnlink=%s/**");
	assert_int_equal(mkfifo(op_rig_path(&rig.op, "fifo").at, 0600), 0);
	make_socket(&rig, "socket");
	assert_int_equal(unlink(op_rig_path(&rig.op, "sub/link").at), 0);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		assert_true(is_there(&rig, names[i]));
		assert_int_equal(ask_name(&rig, names[i]), 0);
		assert_false(is_there(&rig, names[i]));
		assert_int_equal(ask_name(&rig, names[i]), -ENOENT);
	}
	/* What the links led to is as it was. */
	after = path_rig_snapshot(rig.outer);
	assert_non_null(strstr(after, "/out/sentinel "));
	assert_non_null(strstr(after, "/sentinel "));
	path_rig_stop(&rig);
}

static void
directories_and_devices_stay(void **state)
{
	struct path_rig rig;

	(void)state;
	path_rig_start(&rig, "AllowUnlink=%s/**");
	assert_int_equal(ask_name(&rig, "sub/empty"), -EISDIR);
	assert_int_equal(ask_name(&rig, "sub"), -EISDIR);
	if (mknod(op_rig_path(&rig.op, "device").at, S_IFCHR | 0600,
		(dev_t)0x103) == 0) {
		assert_int_equal(ask_name(&rig, "device"), -EPERM);
		assert_true(is_there(&rig, "device"));
	}
	assert_true(is_there(&rig, "sub/empty"));
	path_rig_stop(&rig);
}

static void
nothing_outside_the_grant_is_removed(void **state)
{
	struct path_rig rig;

	(void)state;
	path_rig_start(&rig, "AllowUnlink=%s/**");
	path_rig_check_refused(&rig, ask);
	assert_int_equal(ask(&rig.op, psd_str_of(rig.op.dir)), -EPERM);
	path_rig_check_lengths(&rig, ask);
	assert_int_equal(ask_name(&rig, "file/below"), -ENOTDIR);
	path_rig_stop(&rig);
}

static void
with_follow_only_the_way_may_go_through_links(void **state)
{
	struct path_rig rig;

	(void)state;
	path_rig_start(&rig,
	    "AllowUnlink=%s/** follow\nDenyUnlink=%s/hidden/**");
	assert_int_equal(symlink("sub", op_rig_path(&rig.op, "to-sub").at), 0);
	assert_int_equal(mkdir(op_rig_path(&rig.op, "hidden").at, 0755), 0);
	assert_int_equal(symlink("hidden", op_rig_path(&rig.op, "to").at), 0);
	assert_int_equal(test_dir_write(op_rig_path(&rig.op, "hidden").at, "x",
			     ""),
	    0);
	path_rig_check_refused(&rig, ask);
	assert_int_equal(ask_name(&rig, "to/x"), -EPERM);
	assert_true(is_there(&rig, "hidden/x"));
	assert_int_equal(ask_name(&rig, "to-sub/file"), 0);
	assert_false(is_there(&rig, "sub/file"));
	assert_int_equal(ask_name(&rig, "to-sub"), 0);
	assert_true(is_there(&rig, "sub"));
	path_rig_stop(&rig);
}

static void
owner_and_links_are_checked_on_the_entry_itself(void **state)
{
	_cleanup_free_ char *before = NULL, *after = NULL;
	struct path_rig rig;
	char first[4096];

	(void)state;
	path_rig_start(&rig, "AllowUnlink=%s/** owner=12345 links=1");
	if (lchown(op_rig_path(&rig.op, "sub/file").at, 12345, 0) < 0 ||
	    lchown(op_rig_path(&rig.op, "link").at, 12345, 0) < 0) {
		path_rig_stop(&rig);
		print_message("SKIP: only root can give files away\n");
		skip();
	}
	before = path_rig_snapshot(rig.outer);
	assert_int_equal(ask_name(&rig, "file"), -EPERM);
	assert_int_equal(ask_name(&rig, "name"), -EPERM);
	after = path_rig_snapshot(rig.outer);
	assert_string_equal(before, after);
	assert_int_equal(ask_name(&rig, "link"), 0);
	(void)snprintf(first, sizeof(first), "%s/sub/file", rig.op.dir);
	assert_int_equal(link(first, op_rig_path(&rig.op, "second").at), 0);
	assert_int_equal(ask_name(&rig, "second"), -EPERM);
	assert_int_equal(unlink(op_rig_path(&rig.op, "second").at), 0);
	assert_int_equal(ask_name(&rig, "sub/file"), 0);
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
	path_rig_start(&rig, "AllowUnlink=%s/**");
	path_rig_race(&rig, ask, make_victim);
	path_rig_stop(&rig);
}

static void
another_mount_is_entered_with_xdev_only(void **state)
{
	struct path_rig rig;

	(void)state;
	if (!path_rig_may_mount())
		skip();
	path_rig_start(&rig, "AllowUnlink=%s/**");
	path_rig_mount(&rig);
	assert_int_equal(ask_name(&rig, "mount/file"), -EPERM);
	assert_int_equal(ask_name(&rig, "mount"), -EPERM);
	assert_true(is_there(&rig, "mount/file"));
	path_rig_stop(&rig);
	path_rig_start(&rig, "AllowUnlink=%s/** xdev");
	path_rig_mount(&rig);
	assert_int_equal(ask_name(&rig, "mount/file"), 0);
	assert_int_equal(ask_name(&rig, "mount"), -EISDIR);
	path_rig_stop(&rig);
}

static void
a_malformed_unlink_ends_the_conversation(void **state)
{
	struct psd_unlink_req req = { .path = psd_str_of("/etc/x") };

	(void)state;
	op_rig_check_malformed("AllowUnlink=%s/**", PSD_OP_unlink, &req);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_fifos_sockets_and_links_are_removed),
		cmocka_unit_test(directories_and_devices_stay),
		cmocka_unit_test(nothing_outside_the_grant_is_removed),
		cmocka_unit_test(with_follow_only_the_way_may_go_through_links),
		cmocka_unit_test(
		    owner_and_links_are_checked_on_the_entry_itself),
		cmocka_unit_test(a_directory_swapped_for_a_link_leads_nowhere),
		cmocka_unit_test(another_mount_is_entered_with_xdev_only),
		cmocka_unit_test(a_malformed_unlink_ends_the_conversation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
