/* SPDX-License-Identifier: ISC */
#include "tests/support/dir.h"
#include "tests/support/op_rig.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static int
ask(struct op_rig *rig, struct psd_str path, struct psd_stat_rep *ret)
{
	struct psd_stat_req req = { .path = path };

	return op_rig_ask(rig, PSD_OP_stat, &req, ret);
}

static void
the_answer_equals_that_of_the_c_library(void **state)
{
	struct psd_stat_rep rep;
	struct op_rig rig;
	struct stat own;

	(void)state;
	op_rig_start(&rig, NULL, "AllowStat=%s/**");
	assert_int_equal(test_dir_write(rig.dir, "file", "12345"), 0);
	assert_int_equal(stat(op_rig_path(&rig, "file").at, &own), 0);
	assert_int_equal(ask(&rig, op_rig_path(&rig, "file"), &rep), 0);
	assert_int_equal(rep.mode, own.st_mode);
	assert_int_equal(rep.links, own.st_nlink);
	assert_int_equal(rep.uid, own.st_uid);
	assert_int_equal(rep.gid, own.st_gid);
	assert_int_equal(rep.size, 5);
	assert_int_equal(rep.modified,
	    own.st_mtim.tv_sec * 1000000000 + own.st_mtim.tv_nsec);
	op_rig_stop(&rig);
}

static void
a_granted_directory_and_a_fifo_are_told_without_effect(void **state)
{
	struct psd_stat_rep rep;
	struct op_rig rig;

	(void)state;
	op_rig_start(&rig, NULL, "AllowStat=%s/**");
	assert_int_equal(mkfifo(op_rig_path(&rig, "fifo").at, 0600), 0);
	assert_int_equal(ask(&rig, op_rig_path(&rig, "fifo"), &rep), 0);
	assert_true(S_ISFIFO(rep.mode));
	assert_int_equal(ask(&rig, psd_str_of(rig.dir), &rep), 0);
	assert_true(S_ISDIR(rep.mode));
	op_rig_stop(&rig);
}

/* Existing or not, inside or not: one answer, given before any look. */
static void
what_is_not_granted_is_refused_alike(void **state)
{
	struct psd_stat_rep rep;
	struct op_rig rig;

	(void)state;
	op_rig_start(&rig, NULL, "AllowStat=%s/in*");
	assert_int_equal(ask(&rig, psd_str_of("/etc/passwd"), &rep), -EPERM);
	assert_int_equal(ask(&rig, psd_str_of("/etc/none"), &rep), -EPERM);
	assert_int_equal(ask(&rig, op_rig_path(&rig, "in/deeper"), &rep),
	    -EPERM);
	assert_int_equal(ask(&rig, op_rig_path(&rig, "indeed"), &rep), -ENOENT);
	op_rig_stop(&rig);
}

static void
a_link_is_neither_followed_nor_told(void **state)
{
	struct psd_stat_rep rep;
	struct op_rig rig;

	(void)state;
	op_rig_start(&rig, NULL, "AllowStat=%s/**");
	assert_int_equal(symlink("/etc/passwd", op_rig_path(&rig, "link").at),
	    0);
	assert_int_equal(ask(&rig, op_rig_path(&rig, "link"), &rep), -EPERM);
	op_rig_stop(&rig);
}

static void
a_malformed_stat_ends_the_conversation(void **state)
{
	struct psd_stat_req req = { .path = psd_str_of("/etc/x") };

	(void)state;
	op_rig_check_malformed("AllowStat=%s/**", PSD_OP_stat, &req);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_answer_equals_that_of_the_c_library),
		cmocka_unit_test(
		    a_granted_directory_and_a_fifo_are_told_without_effect),
		cmocka_unit_test(what_is_not_granted_is_refused_alike),
		cmocka_unit_test(a_link_is_neither_followed_nor_told),
		cmocka_unit_test(a_malformed_stat_ends_the_conversation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
