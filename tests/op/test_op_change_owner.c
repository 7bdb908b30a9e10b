/* SPDX-License-Identifier: ISC */
#include "tests/op/sent_fixture.h"

#include <sys/xattr.h>

enum { KEEP = -1 };

static int
ask_owner(struct path_rig *rig, const char *name, int fd, int uid, int gid)
{
	struct psd_change_owner_req req = {
		.owner = PSD_OWNER((uint32_t)uid, (uint32_t)gid),
		.path = op_rig_path(&rig->op, name),
		.file = fcntl(fd, F_DUPFD_CLOEXEC, 0),
	};
	struct psd_change_owner_rep rep;

	assert_true(req.file >= 0);
	return op_rig_ask(&rig->op, PSD_OP_change_owner, &req, &rep);
}

static int
ask(struct path_rig *rig, const char *name, int fd)
{
	return ask_owner(rig, name, fd, 12345, 54321);
}

static void
start(struct path_rig *rig)
{
	path_rig_start(rig, "AllowChangeOwner=12345:54321,:54322,daemon %s/**");
}

static void
check_owner(struct path_rig *rig, uid_t uid, gid_t gid)
{
	const struct stat status = status_of(rig, "file");

	assert_int_equal(status.st_uid, uid);
	assert_int_equal(status.st_gid, gid);
}

/* daemon has the number 1 wherever there is one. */
static void
the_owner_is_one_that_the_line_lists(void **state)
{
	static const int refused[][2] = { { 0, 0 }, { 12345, KEEP },
		{ KEEP, 54321 }, { 12345, 54322 }, { 12346, 54321 },
		{ KEEP, KEEP }, { 0, 54321 }, { 1, 1 }, { KEEP, 1 } };
	size_t before;
	_cleanup_fd_ int fd = PSD_NO_FD;
	struct path_rig rig;

	(void)state;
	start(&rig);
	before = test_fds_count();
	fd = open_name(&rig, "file", O_RDWR);
	assert_int_equal(ask_owner(&rig, "file", fd, 12345, 54321), 0);
	check_owner(&rig, 12345, 54321);
	assert_int_equal(ask_owner(&rig, "file", fd, KEEP, 54322), 0);
	check_owner(&rig, 12345, 54322);
	assert_int_equal(ask_owner(&rig, "file", fd, 1, KEEP), 0);
	check_owner(&rig, 1, 54322);
	for (size_t i = 0; i < PSD_ELEMENTS(refused); i++)
		assert_int_equal(ask_owner(&rig, "file", fd, refused[i][0],
				     refused[i][1]),
		    -EPERM);
	check_owner(&rig, 1, 54322);
	psd_fd_cleanup(&fd);
	assert_int_equal(test_fds_count(), before);
	path_rig_stop(&rig);
}

/* Else whoever is given a file would be given a program to run as another. */
static void
nothing_that_runs_as_another_changes_hands(void **state)
{
	/* CAP_NET_RAW, permitted and effective. */
	static const unsigned char capability[] = { 1, 0, 0, 2, 0, 32, 0, 0, 0,
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 };
	struct path_rig rig;
	const char *path;
	char left[64];

	(void)state;
	start(&rig);
	path = op_rig_path(&rig.op, "file").at;
	assert_int_equal(chmod(path, 06777), 0);
	(void)setxattr(path, "security.capability", capability,
	    sizeof(capability), 0);
	assert_int_equal(ask_opened(&rig, ask, "file", O_RDWR), 0);
	assert_int_equal(status_of(&rig, "file").st_mode & 07777, 0777);
	path = op_rig_path(&rig.op, "file").at;
	assert_int_equal(getxattr(path, "security.capability", left,
			     sizeof(left)),
	    -1);
	path_rig_stop(&rig);
}

static void
who_cannot_write_the_file_does_not_change_it(void **state)
{
	struct path_rig rig;

	(void)state;
	start(&rig);
	check_not_writing(&rig, ask);
	path_rig_stop(&rig);
}

static void
a_descriptor_of_anything_else_is_told_apart(void **state)
{
	const size_t before = test_fds_count();
	struct path_rig rig;

	(void)state;
	start(&rig);
	check_others(&rig, ask);
	path_rig_stop(&rig);
	assert_int_equal(test_fds_count(), before);
}

static void
a_file_that_is_not_the_one_or_has_two_names_is_refused(void **state)
{
	static void (*const checks[])(struct path_rig *,
	    sent_ask *) = { check_replaced, check_two_names, check_no_file };
	struct path_rig rig;

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(checks); i++) {
		start(&rig);
		checks[i](&rig, ask);
		path_rig_stop(&rig);
	}
}

static void
the_same_file_on_another_mount_is_told_apart(void **state)
{
	struct path_rig rig;

	(void)state;
	if (!path_rig_may_mount())
		skip();
	start(&rig);
	check_other_mount(&rig, ask);
	path_rig_stop(&rig);
}

static void
the_owner_until_now_can_be_asked_for(void **state)
{
	struct path_rig rig;

	(void)state;
	path_rig_start(&rig, "AllowChangeOwner=12345:54321 %s/** owner=12344");
	assert_int_equal(ask_opened(&rig, ask, "file", O_RDWR), -EPERM);
	assert_int_equal(chown(op_rig_path(&rig.op, "file").at, 12344, 1), 0);
	assert_int_equal(ask_opened(&rig, ask, "file", O_RDWR), 0);
	assert_int_equal(ask_opened(&rig, ask, "file", O_RDWR), -EPERM);
	path_rig_stop(&rig);
}

static int
ask_path(struct op_rig *rig, struct psd_str path)
{
	struct psd_change_owner_req req = {
		.owner = PSD_OWNER(12345, 54321),
		.path = path,
	};
	struct psd_change_owner_rep rep;

	req.file = open_any(rig, path.at);
	return op_rig_ask(rig, PSD_OP_change_owner, &req, &rep);
}

static void
nothing_outside_the_grant_changes_hands(void **state)
{
	struct path_rig rig;

	(void)state;
	start(&rig);
	path_rig_check_refused(&rig, ask_path);
	path_rig_check_lengths(&rig, ask_path);
	path_rig_stop(&rig);
}

static void
denied_owners_are_refused_wherever_they_are_allowed(void **state)
{
	_cleanup_fd_ int fd = PSD_NO_FD;
	struct path_rig rig;

	(void)state;
	path_rig_start(&rig,
	    "AllowChangeOwner=12345:54321,12345 %s/**\n"
	    "DenyChangeOwner=12345 %s/file\nDenyChangeOwner=* %s/sub/**");
	fd = open_name(&rig, "file", O_RDWR);
	assert_int_equal(ask_owner(&rig, "file", fd, 12345, KEEP), -EPERM);
	assert_int_equal(ask_owner(&rig, "file", fd, 12345, 54321), 0);
	assert_int_equal(ask_opened(&rig, ask, "sub/file", O_RDWR), -EPERM);
	path_rig_stop(&rig);
}

static void
a_malformed_change_owner_ends_the_conversation(void **state)
{
	struct psd_change_owner_req req = {
		.owner = PSD_OWNER(1, 1),
		.path = psd_str_of("/etc/x"),
		.file = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0),
	};

	(void)state;
	op_rig_check_malformed("AllowChangeOwner=1:1 %s/**",
	    PSD_OP_change_owner, &req);
}

/* The last one: a filter stays. */
static void
the_failing_system_call_is_told_by_its_errno(void **state)
{
	struct path_rig rig;

	(void)state;
	start(&rig);
	assert_int_equal(test_deny(SYS_fchownat, EIO), 0);
	assert_int_equal(ask_opened(&rig, ask, "file", O_RDWR), -EIO);
	path_rig_stop(&rig);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_owner_is_one_that_the_line_lists),
		cmocka_unit_test(nothing_that_runs_as_another_changes_hands),
		cmocka_unit_test(who_cannot_write_the_file_does_not_change_it),
		cmocka_unit_test(a_descriptor_of_anything_else_is_told_apart),
		cmocka_unit_test(
		    a_file_that_is_not_the_one_or_has_two_names_is_refused),
		cmocka_unit_test(the_same_file_on_another_mount_is_told_apart),
		cmocka_unit_test(the_owner_until_now_can_be_asked_for),
		cmocka_unit_test(nothing_outside_the_grant_changes_hands),
		cmocka_unit_test(
		    denied_owners_are_refused_wherever_they_are_allowed),
		cmocka_unit_test(
		    a_malformed_change_owner_ends_the_conversation),
		cmocka_unit_test(the_failing_system_call_is_told_by_its_errno),
	};

	if (geteuid() != 0) {
		print_message("SKIP: only root gives files away\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
