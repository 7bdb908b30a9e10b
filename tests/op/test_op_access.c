/* SPDX-License-Identifier: ISC */
#include "common/fd.h"
#include "common/mem.h"
#include "tests/support/path_rig.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum {
	READ = PSD_ACCESS_READ,
	WRITE = PSD_ACCESS_WRITE,
	APPEND = PSD_ACCESS_APPEND,
	CREATE = PSD_ACCESS_CREATE,
	EXCLUSIVE = PSD_ACCESS_EXCLUSIVE,
	TRUNCATE = PSD_ACCESS_TRUNCATE,
};

static int
ask_access(struct op_rig *rig, struct psd_str path, uint32_t access)
{
	struct psd_access_req req = { .access = access, .path = path };
	struct psd_access_rep rep;

	return op_rig_ask(rig, PSD_OP_access, &req, &rep);
}

static int
ask(struct op_rig *rig, struct psd_str path)
{
	return ask_access(rig, path, READ);
}

static int
ask_name(struct path_rig *rig, const char *name, uint32_t access)
{
	return ask_access(&rig->op, op_rig_path(&rig->op, name), access);
}

/* What open itself answers, 0 for a descriptor. */
static int
open_name(struct path_rig *rig, const char *name, uint32_t access)
{
	struct psd_open_req req = {
		.access = access,
		.path = op_rig_path(&rig->op, name),
		.mode = 0600,
	};
	struct psd_open_rep rep;
	const int r = op_rig_ask(&rig->op, PSD_OP_open, &req, &rep);

	if (r == 0)
		psd_fd_close(rep.file);
	return r;
}

static void
the_answer_equals_that_of_open(void **state)
{
	static const char *const names[] = { "file", "sub/file", "sub", "none",
		"link", "name", "dangling", "fifo", "hidden", "file/below",
		"none/below" };
	static const uint32_t accesses[] = { READ, WRITE, READ | WRITE, APPEND,
		READ | APPEND, WRITE | TRUNCATE, TRUNCATE, EXCLUSIVE,
		READ | CREATE };
	struct path_rig rig;

	(void)state;
	path_rig_start(&rig,
	    "AllowAccess=any %s/**\nAllowOpen=read,write,append %s/**\n"
	    "DenyOpen=any %s/hidden");
	assert_int_equal(mkfifo(op_rig_path(&rig.op, "fifo").at, 0600), 0);
	for (size_t i = 0; i < PSD_ELEMENTS(names); i++)
		for (size_t k = 0; k < PSD_ELEMENTS(accesses); k++) {
			const int told = ask_name(&rig, names[i], accesses[k]);
			const int is = open_name(&rig, names[i], accesses[k]);

			/* The policy comes first, and grants not all to open. */
			if (told != is && !(told == -EINVAL && is == -EPERM))
				fail_msg("%s %u: %d, open: %d", names[i],
				    accesses[k], told, is);
		}
	path_rig_stop(&rig);
}

static void
a_file_is_not_opened_made_or_changed(void **state)
{
	_cleanup_free_ char *before = NULL, *after = NULL;
	struct path_rig rig;

	(void)state;
	path_rig_start(&rig, "AllowAccess=any %s/**\nAllowOpen=any %s/**");
	before = path_rig_snapshot(rig.outer);
	assert_int_equal(ask_name(&rig, "file", WRITE | TRUNCATE), 0);
	assert_int_equal(ask_name(&rig, "file", WRITE | CREATE), 0);
	assert_int_equal(ask_name(&rig, "file", WRITE | CREATE | EXCLUSIVE),
	    -EEXIST);
	assert_int_equal(ask_name(&rig, "none", WRITE | CREATE), -ENOENT);
	assert_int_equal(ask_name(&rig, "none", WRITE | CREATE | EXCLUSIVE),
	    -ENOENT);
	after = path_rig_snapshot(rig.outer);
	assert_string_equal(before, after);
	path_rig_stop(&rig);
}

static void
both_operations_must_be_granted(void **state)
{
	static const char *const policies[] = {
		"AllowAccess=read %s/**",
		"AllowOpen=read %s/**",
		"AllowAccess=write %s/**\nAllowOpen=read %s/**",
		"AllowAccess=any %s/**\nAllowOpen=write %s/**",
	};
	struct path_rig rig;

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(policies); i++) {
		path_rig_start(&rig, policies[i]);
		assert_int_equal(ask_name(&rig, "file", READ), -EPERM);
		assert_int_equal(ask_name(&rig, "none", READ), -EPERM);
		path_rig_stop(&rig);
	}
}

static void
what_is_given_up_or_used_up_is_not_there(void **state)
{
	struct psd_restrict_req req = { .operation = PSD_OP_open };
	struct psd_restrict_rep rep;
	struct path_rig rig;

	(void)state;
	path_rig_start(&rig,
	    "AllowAccess=any %s/**\nAllowOpen=read %s/** once\n"
	    "AllowOpen=write %s/**");
	assert_int_equal(ask_name(&rig, "file", READ), 0);
	assert_int_equal(ask_name(&rig, "file", READ), 0);
	assert_int_equal(open_name(&rig, "file", READ), 0);
	assert_int_equal(ask_name(&rig, "file", READ), -EPERM);
	assert_int_equal(ask_name(&rig, "file", WRITE), 0);
	assert_int_equal(op_rig_ask(&rig.op, PSD_OP_restrict, &req, &rep), 0);
	assert_int_equal(ask_name(&rig, "file", WRITE), -EPERM);
	path_rig_stop(&rig);
}

static void
nothing_outside_the_grant_is_told(void **state)
{
	struct path_rig rig;

	(void)state;
	path_rig_start(&rig, "AllowAccess=read %s/**\nAllowOpen=read %s/**");
	path_rig_check_refused(&rig, ask);
	path_rig_check_lengths(&rig, ask);
	path_rig_stop(&rig);
}

static void
both_lines_judge_the_file(void **state)
{
	static const char *const policies[] = {
		"AllowAccess=read %s/** owner=12345\nAllowOpen=read %s/**",
		"AllowAccess=read %s/**\nAllowOpen=read %s/** owner=12345",
		"AllowAccess=read %s/** follow\nAllowOpen=read %s/**",
		"AllowAccess=read %s/**\nAllowOpen=read %s/** follow",
	};
	struct path_rig rig;

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(policies); i++) {
		path_rig_start(&rig, policies[i]);
		assert_int_equal(symlink("file",
				     op_rig_path(&rig.op, "to-file").at),
		    0);
		assert_int_equal(ask_name(&rig, "file", READ),
		    i < 2 ? -EPERM : 0);
		assert_int_equal(ask_name(&rig, "to-file", READ), -EPERM);
		path_rig_stop(&rig);
	}
}

static void
a_read_only_file_system_is_told(void **state)
{
	struct path_rig rig;

	(void)state;
	if (!path_rig_may_mount())
		skip();
	path_rig_start(&rig,
	    "AllowAccess=any %s/** xdev\nAllowOpen=any %s/** xdev");
	path_rig_mount(&rig);
	assert_int_equal(ask_name(&rig, "mount/file", WRITE), 0);
	assert_int_equal(mount(NULL, op_rig_path(&rig.op, "mount").at, NULL,
			     MS_REMOUNT | MS_RDONLY, NULL),
	    0);
	assert_int_equal(ask_name(&rig, "mount/file", WRITE), -EROFS);
	assert_int_equal(ask_name(&rig, "mount/file", READ), 0);
	path_rig_stop(&rig);
}

static void
a_malformed_access_ends_the_conversation(void **state)
{
	struct psd_access_req req = {
		.access = READ,
		.path = psd_str_of("/etc/x"),
	};

	(void)state;
	op_rig_check_malformed("AllowAccess=read %s/**", PSD_OP_access, &req);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_answer_equals_that_of_open),
		cmocka_unit_test(a_file_is_not_opened_made_or_changed),
		cmocka_unit_test(both_operations_must_be_granted),
		cmocka_unit_test(what_is_given_up_or_used_up_is_not_there),
		cmocka_unit_test(nothing_outside_the_grant_is_told),
		cmocka_unit_test(both_lines_judge_the_file),
		cmocka_unit_test(a_read_only_file_system_is_told),
		cmocka_unit_test(a_malformed_access_ends_the_conversation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
