/* SPDX-License-Identifier: ISC */
#include "tests/support/path_rig.h"

#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char told[PATH_MAX];

static int
ask(struct op_rig *rig, struct psd_str path)
{
	struct psd_readlink_req req = { .path = path };
	const uint32_t id = op_rig_send(rig, PSD_OP_readlink, &req);
	struct psd_readlink_rep rep;
	const int r = op_rig_take(rig, PSD_OP_readlink, id, &rep);

	if (r == 0)
		memcpy(told, rep.target.at, (size_t)rep.target.len + 1);
	return r;
}

static void
the_answer_equals_that_of_the_c_library(void **state)
{
	static const char *const names[] = { "link", "sub/link", "name",
		"dangling", "magic" };
	struct path_rig rig;

	(void)state;
	path_rig_start(&rig, "AllowReadlink=%s/**");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char own[PATH_MAX];
		ssize_t n;

		n = readlink(op_rig_path(&rig.op, names[i]).at, own,
		    sizeof(own));
		assert_true(n > 0);
		assert_int_equal(ask(&rig.op, op_rig_path(&rig.op, names[i])),
		    0);
		assert_int_equal(strlen(told), n);
		assert_memory_equal(told, own, (size_t)n);
	}
	path_rig_stop(&rig);
}

static void
the_longest_link_is_told_whole(void **state)
{
	char target[PATH_MAX];
	struct path_rig rig;

	(void)state;
	path_rig_start(&rig, "AllowReadlink=%s/**");
	memset(target, 't', sizeof(target) - 1);
	target[sizeof(target) - 1] = '\0';
	assert_int_equal(symlink(target, op_rig_path(&rig.op, "long").at), 0);
	assert_int_equal(ask(&rig.op, op_rig_path(&rig.op, "long")), 0);
	assert_string_equal(told, target);
	path_rig_stop(&rig);
}

static void
what_is_no_link_is_invalid(void **state)
{
	struct path_rig rig;

	(void)state;
	path_rig_start(&rig, "AllowReadlink=%s/**");
	assert_int_equal(mkfifo(op_rig_path(&rig.op, "fifo").at, 0600), 0);
	assert_int_equal(ask(&rig.op, op_rig_path(&rig.op, "fifo")), -EINVAL);
	assert_int_equal(ask(&rig.op, op_rig_path(&rig.op, "file")), -EINVAL);
	assert_int_equal(ask(&rig.op, op_rig_path(&rig.op, "sub")), -EINVAL);
	assert_int_equal(ask(&rig.op, psd_str_of(rig.op.dir)), -EINVAL);
	assert_int_equal(ask(&rig.op, op_rig_path(&rig.op, "none")), -ENOENT);
	path_rig_stop(&rig);
}

static void
nothing_outside_the_grant_is_told(void **state)
{
	struct path_rig rig;

	(void)state;
	path_rig_start(&rig, "AllowReadlink=%s/**");
	path_rig_check_refused(&rig, ask);
	path_rig_check_lengths(&rig, ask);
	path_rig_stop(&rig);
}

/* The way may go through links then, but only to what the line covers. */
static void
with_follow_the_link_itself_is_told_where_it_is(void **state)
{
	struct path_rig rig;

	(void)state;
	path_rig_start(&rig,
	    "AllowReadlink=%s/** follow\nDenyReadlink=%s/hidden/**");
	assert_int_equal(symlink("sub", op_rig_path(&rig.op, "to-sub").at), 0);
	assert_int_equal(mkdir(op_rig_path(&rig.op, "hidden").at, 0755), 0);
	assert_int_equal(symlink("x", op_rig_path(&rig.op, "hidden/link").at),
	    0);
	assert_int_equal(symlink("hidden", op_rig_path(&rig.op, "to").at), 0);
	assert_int_equal(ask(&rig.op, op_rig_path(&rig.op, "to-sub/link")), 0);
	assert_string_equal(told, "../../out");
	assert_int_equal(ask(&rig.op, op_rig_path(&rig.op, "link")), 0);
	assert_string_equal(told, "../out");
	assert_int_equal(ask(&rig.op, op_rig_path(&rig.op, "to/link")), -EPERM);
	assert_int_equal(ask(&rig.op, op_rig_path(&rig.op, "link/x")), -EPERM);
	path_rig_stop(&rig);
}

static void
another_mount_is_told_of_with_xdev_only(void **state)
{
	static const char *const policies[] = { "AllowReadlink=%s/**",
		"AllowReadlink=%s/** xdev" };
	struct path_rig rig;

	(void)state;
	if (!path_rig_may_mount())
		skip();
	for (size_t i = 0; i < 2; i++) {
		path_rig_start(&rig, policies[i]);
		path_rig_mount(&rig);
		assert_int_equal(symlink("x",
				     op_rig_path(&rig.op, "mount/link").at),
		    0);
		assert_int_equal(ask(&rig.op,
				     op_rig_path(&rig.op, "mount/link")),
		    i == 0 ? -EPERM : 0);
		path_rig_stop(&rig);
	}
}

static void
a_link_of_another_owner_is_refused(void **state)
{
	struct path_rig rig;

	(void)state;
	path_rig_start(&rig, "AllowReadlink=%s/** owner=12345");
	assert_int_equal(ask(&rig.op, op_rig_path(&rig.op, "link")), -EPERM);
	if (lchown(op_rig_path(&rig.op, "link").at, 12345, 12345) == 0)
		assert_int_equal(ask(&rig.op, op_rig_path(&rig.op, "link")), 0);
	path_rig_stop(&rig);
}

static void
a_malformed_readlink_ends_the_conversation(void **state)
{
	struct psd_readlink_req req = { .path = psd_str_of("/etc/x") };

	(void)state;
	op_rig_check_malformed("AllowReadlink=%s/**", PSD_OP_readlink, &req);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_answer_equals_that_of_the_c_library),
		cmocka_unit_test(the_longest_link_is_told_whole),
		cmocka_unit_test(what_is_no_link_is_invalid),
		cmocka_unit_test(nothing_outside_the_grant_is_told),
		cmocka_unit_test(
		    with_follow_the_link_itself_is_told_where_it_is),
		cmocka_unit_test(another_mount_is_told_of_with_xdev_only),
		cmocka_unit_test(a_link_of_another_owner_is_refused),
		cmocka_unit_test(a_malformed_readlink_ends_the_conversation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
