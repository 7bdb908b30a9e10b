/* SPDX-License-Identifier: ISC */
#include "common/mem.h"
#include "tests/support/path_rig.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static int
ask(struct op_rig *rig, struct psd_str path)
{
	struct psd_rmdir_req req = { .path = path };
	struct psd_rmdir_rep rep;

	return op_rig_ask(rig, PSD_OP_rmdir, &req, &rep);
}

static int
ask_name(struct path_rig *rig, const char *name)
{
	return ask(&rig->op, op_rig_path(&rig->op, name));
}

static void
an_empty_directory_is_removed(void **state)
{
	struct path_rig rig;

	(void)state;
	path_rig_start(&rig, "AllowRmdir=%s/**");
	assert_int_equal(ask_name(&rig, "sub/empty"), 0);
	assert_int_equal(access(op_rig_path(&rig.op, "sub/empty").at, F_OK),
	    -1);
	assert_int_equal(ask_name(&rig, "sub/empty"), -ENOENT);
	path_rig_stop(&rig);
}

/* A link is refused as what it is, also when it leads to a directory. */
static void
what_is_no_empty_directory_stays(void **state)
{
	static const struct {
		const char *name;
		int status;
	} cases[] = { { "sub", -ENOTEMPTY }, { "file", -ENOTDIR },
		{ "link", -ENOTDIR }, { "dangling", -ENOTDIR },
		{ "to-empty", -ENOTDIR }, { "none", -ENOENT },
		{ "file/below", -ENOTDIR } };
	_cleanup_free_ char *before = NULL, *after = NULL;
	struct path_rig rig;

	(void)state;
	path_rig_start(&rig, "AllowRmdir=%s/**");
	assert_int_equal(symlink("sub/empty",
			     op_rig_path(&rig.op, "to-empty").at),
	    0);
	before = path_rig_snapshot(rig.outer);
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++)
		assert_int_equal(ask_name(&rig, cases[i].name),
		    cases[i].status);
	after = path_rig_snapshot(rig.outer);
	assert_string_equal(before, after);
	path_rig_stop(&rig);
}

static void
nothing_outside_the_grant_is_removed(void **state)
{
	struct path_rig rig;

	(void)state;
	path_rig_start(&rig, "AllowRmdir=%s/**");
	path_rig_check_refused(&rig, ask);
	path_rig_check_lengths(&rig, ask);
	path_rig_stop(&rig);
}

/* Empty, it would go if its name were looked up in the directory above. */
static void
the_held_directory_itself_stays(void **state)
{
	struct op_rig rig;

	(void)state;
	op_rig_start(&rig, NULL, "AllowRmdir=%s/**");
	assert_int_equal(unlink(op_rig_path(&rig, "rig.policy").at), 0);
	assert_int_equal(ask(&rig, psd_str_of(rig.dir)), -EPERM);
	assert_int_equal(access(rig.dir, F_OK), 0);
	op_rig_stop(&rig);
}

static void
the_owner_is_checked_on_the_directory_itself(void **state)
{
	struct path_rig rig;

	(void)state;
	path_rig_start(&rig, "AllowRmdir=%s/** owner=12345");
	assert_int_equal(ask_name(&rig, "sub/empty"), -EPERM);
	if (chown(op_rig_path(&rig.op, "sub/empty").at, 12345, 0) == 0)
		assert_int_equal(ask_name(&rig, "sub/empty"), 0);
	path_rig_stop(&rig);
}

static void
make_victim(int directory)
{
	(void)mkdirat(directory, "victim", 0700);
}

static void
a_directory_swapped_for_a_link_leads_nowhere(void **state)
{
	struct path_rig rig;

	(void)state;
	path_rig_start(&rig, "AllowRmdir=%s/**");
	path_rig_race(&rig, ask, make_victim);
	path_rig_stop(&rig);
}

static void
a_mount_is_not_removed(void **state)
{
	struct path_rig rig;

	(void)state;
	if (!path_rig_may_mount())
		skip();
	path_rig_start(&rig, "AllowRmdir=%s/**");
	path_rig_mount(&rig);
	assert_int_equal(mkdir(op_rig_path(&rig.op, "mount/sub").at, 0700), 0);
	assert_int_equal(ask_name(&rig, "mount"), -EPERM);
	assert_int_equal(ask_name(&rig, "mount/sub"), -EPERM);
	path_rig_stop(&rig);
	path_rig_start(&rig, "AllowRmdir=%s/** xdev");
	path_rig_mount(&rig);
	assert_int_equal(mkdir(op_rig_path(&rig.op, "mount/sub").at, 0700), 0);
	assert_int_equal(ask_name(&rig, "mount"), -EBUSY);
	assert_int_equal(ask_name(&rig, "mount/sub"), 0);
	path_rig_stop(&rig);
}

static void
a_malformed_rmdir_ends_the_conversation(void **state)
{
	struct psd_rmdir_req req = { .path = psd_str_of("/etc/x") };

	(void)state;
	op_rig_check_malformed("AllowRmdir=%s/**", PSD_OP_rmdir, &req);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_directory_is_removed),
		cmocka_unit_test(what_is_no_empty_directory_stays),
		cmocka_unit_test(nothing_outside_the_grant_is_removed),
		cmocka_unit_test(the_held_directory_itself_stays),
		cmocka_unit_test(the_owner_is_checked_on_the_directory_itself),
		cmocka_unit_test(a_directory_swapped_for_a_link_leads_nowhere),
		cmocka_unit_test(a_mount_is_not_removed),
		cmocka_unit_test(a_malformed_rmdir_ends_the_conversation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
