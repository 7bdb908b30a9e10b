/* SPDX-License-Identifier: ISC */
#include "tests/op/clone_fixture.h"

static void
a_clone_greets_and_may_what_its_origin_may(void **state)
{
	struct psd_hello_req hello = { .oldest = 1, .newest = PSD_PROTOCOL };
	struct psd_hello_rep greeting;
	struct op_rig rig;
	int fd;

	(void)state;
	op_rig_start(&rig, NULL, "AllowClone=yes\nAllowStat=%s/**");
	assert_int_equal(test_dir_write(rig.dir, "file", "x"), 0);
	fd = clone_raw(&rig);
	assert_int_equal(rig.instance->n_clones, 1);
	assert_int_equal(ask_on(&rig, fd, PSD_OP_hello, &hello, &greeting), 0);
	assert_int_equal(stat_on(&rig, fd, "file"), 0);
	assert_int_equal(stat_on(&rig, rig.helper, "file"), 0);
	assert_int_equal(stat_on(&rig, fd, "../x"), -EPERM);
	psd_fd_close(fd);
	op_rig_stop(&rig);
}

static void
without_a_line_there_is_no_clone(void **state)
{
	struct psd_clone_req req = { .end = 0 };
	struct psd_clone_rep rep;
	struct op_rig rig;

	(void)state;
	op_rig_start(&rig, NULL, "AllowStat=/**");
	assert_int_equal(op_rig_ask(&rig, PSD_OP_clone, &req, &rep), -EPERM);
	assert_int_equal(rig.instance->n_clones, 0);
	op_rig_stop(&rig);
}

/* At the time of cloning; after that each has its own. */
static void
a_clone_has_what_its_origin_has_left(void **state)
{
	struct op_rig rig;
	int fd;

	(void)state;
	op_rig_start(&rig, NULL,
	    "AllowClone=yes\nAllowStat=%s/**\nAllowReadlink=%s/**\n"
	    "AllowRealpath=%s/**");
	assert_int_equal(test_dir_write(rig.dir, "file", "x"), 0);
	assert_int_equal(test_dir_write(rig.dir, "other", "x"), 0);
	assert_int_equal(narrow_on(&rig, rig.helper, "AllowStat=%s/*"), 0);
	assert_int_equal(restrict_on(&rig, rig.helper, PSD_OP_readlink), 0);
	fd = clone_greeted(&rig);
	assert_int_equal(narrow_on(&rig, fd, "AllowStat=%s/**"), -EACCES);
	assert_int_equal(narrow_on(&rig, fd, "AllowReadlink=%s/**"), -EACCES);
	assert_int_equal(narrow_on(&rig, fd, "AllowStat=%s/file"), 0);
	assert_int_equal(stat_on(&rig, fd, "file"), 0);
	assert_int_equal(stat_on(&rig, fd, "other"), -EPERM);
	assert_int_equal(stat_on(&rig, rig.helper, "other"), 0);
	assert_int_equal(restrict_on(&rig, rig.helper, PSD_OP_stat), 0);
	assert_int_equal(stat_on(&rig, rig.helper, "file"), -EPERM);
	assert_int_equal(stat_on(&rig, fd, "file"), 0);
	psd_fd_close(fd);
	op_rig_stop(&rig);
}

static void
what_one_has_used_up_is_used_up_for_all(void **state)
{
	struct op_rig rig;
	int fd, other;

	(void)state;
	op_rig_start(&rig, NULL,
	    "AllowClone=yes\nAllowStat=%s/file once\nAllowStat=%s/[o]ther once\n"
	    "AllowStat=%s/third");
	assert_int_equal(test_dir_write(rig.dir, "file", "x"), 0);
	assert_int_equal(test_dir_write(rig.dir, "other", "x"), 0);
	assert_int_equal(test_dir_write(rig.dir, "third", "x"), 0);
	fd = clone_greeted(&rig);
	assert_int_equal(stat_on(&rig, fd, "file"), 0);
	assert_int_equal(stat_on(&rig, rig.helper, "file"), -EPERM);
	assert_int_equal(stat_on(&rig, rig.helper, "other"), 0);
	assert_int_equal(stat_on(&rig, fd, "other"), -EPERM);
	/* Also by a word that was added before cloning. */
	assert_int_equal(narrow_on(&rig, rig.helper, "AllowStat=%s/third once"),
	    0);
	other = clone_greeted(&rig);
	assert_int_equal(stat_on(&rig, other, "third"), 0);
	assert_int_equal(stat_on(&rig, rig.helper, "third"), -EPERM);
	assert_int_equal(stat_on(&rig, fd, "third"), 0);
	psd_fd_close(fd);
	psd_fd_close(other);
	op_rig_stop(&rig);
}

static void
a_clone_may_go_ahead_but_not_stay_behind(void **state)
{
	struct op_rig rig;
	int child, grandchild;

	(void)state;
	op_rig_start(&rig, NULL,
	    "Phases=a b c\nAllowClone=yes\nAllowStat=%s/** phase=b");
	assert_int_equal(test_dir_write(rig.dir, "file", "x"), 0);
	child = clone_greeted(&rig);
	grandchild = clone_on(&rig, child);
	greet_on(&rig, grandchild);
	assert_int_equal(phase_on(&rig, grandchild, "b"), 0);
	assert_int_equal(stat_on(&rig, grandchild, "file"), 0);
	assert_int_equal(stat_on(&rig, child, "file"), -EPERM);
	assert_int_equal(stat_on(&rig, rig.helper, "file"), -EPERM);
	/* The one in the middle ends; the other is not forgotten. */
	psd_fd_close(child);
	assert_true(op_rig_is_silent(&rig));
	assert_int_equal(rig.instance->n_clones, 1);
	assert_int_equal(phase_on(&rig, rig.helper, "c"), 0);
	assert_int_equal(stat_on(&rig, grandchild, "file"), -EPERM);
	assert_int_equal(phase_on(&rig, grandchild, "b"), -EACCES);
	psd_fd_close(grandchild);
	op_rig_stop(&rig);
}

static void
what_waits_in_a_clone_that_is_taken_along_is_cancelled(void **state)
{
	struct psd_accept_req req = { .end = 0 };
	struct psd_accept_rep rep;
	struct op_rig rig;
	uint32_t id;
	int fd;

	(void)state;
	op_rig_start(&rig, "ListenStream=%s/socket",
	    "Phases=a b\nAllowClone=yes\nAllowAccept=yes phase=a");
	fd = clone_greeted(&rig);
	id = send_on(&rig, fd, PSD_OP_accept, &req);
	assert_int_equal(phase_on(&rig, rig.helper, "b"), 0);
	assert_int_equal(take_on(&rig, fd, PSD_OP_accept, id, &rep),
	    -ECANCELED);
	assert_int_equal(ask_on(&rig, fd, PSD_OP_accept, &req, &rep), -EPERM);
	psd_fd_close(fd);
	op_rig_stop(&rig);
}

static void
there_are_only_so_many_clones(void **state)
{
	const size_t before = test_fds_count();
	struct psd_clone_req req = { .end = 0 };
	struct psd_clone_rep rep;
	int fds[PSD_CLONES_MAX];
	struct op_rig rig;

	(void)state;
	op_rig_start(&rig, NULL, "AllowClone=yes");
	for (int round = 0; round < 2; round++) {
		for (size_t i = 0; i < PSD_CLONES_MAX; i++)
			fds[i] = clone_raw(&rig);
		assert_int_equal(op_rig_ask(&rig, PSD_OP_clone, &req, &rep),
		    -EBUSY);
		for (size_t i = 0; i < PSD_CLONES_MAX; i++)
			psd_fd_close(fds[i]);
		for (size_t i = 0; i < PSD_CLONES_MAX; i++)
			assert_true(op_rig_is_silent(&rig));
		assert_int_equal(rig.instance->n_clones, 0);
	}
	op_rig_stop(&rig);
	assert_int_equal(test_fds_count(), before);
}

static void
a_failing_system_call_is_told_by_its_errno(void **state)
{
	struct psd_clone_req req = { .end = 0 };
	struct psd_clone_rep rep;
	struct rlimit old, none;
	struct op_rig rig;

	(void)state;
	op_rig_start(&rig, NULL, "AllowClone=yes");
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
	none = old;
	none.rlim_cur = 3;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	assert_int_equal(op_rig_ask(&rig, PSD_OP_clone, &req, &rep), -EMFILE);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
	assert_int_equal(rig.instance->n_clones, 0);
	op_rig_stop(&rig);
}

static void
a_malformed_clone_ends_the_conversation(void **state)
{
	struct psd_clone_req req = { .end = 0 };

	(void)state;
	op_rig_check_malformed("AllowClone=yes", PSD_OP_clone, &req);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_clone_greets_and_may_what_its_origin_may),
		cmocka_unit_test(without_a_line_there_is_no_clone),
		cmocka_unit_test(a_clone_has_what_its_origin_has_left),
		cmocka_unit_test(what_one_has_used_up_is_used_up_for_all),
		cmocka_unit_test(a_clone_may_go_ahead_but_not_stay_behind),
		cmocka_unit_test(
		    what_waits_in_a_clone_that_is_taken_along_is_cancelled),
		cmocka_unit_test(there_are_only_so_many_clones),
		cmocka_unit_test(a_failing_system_call_is_told_by_its_errno),
		cmocka_unit_test(a_malformed_clone_ends_the_conversation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
