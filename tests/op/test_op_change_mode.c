/* SPDX-License-Identifier: ISC */
#include "tests/op/sent_fixture.h"

#include "common/codec.h"

static int
ask_mode(struct path_rig *rig, const char *name, int fd, uint32_t mode)
{
	struct psd_change_mode_req req = {
		.mode = mode,
		.path = op_rig_path(&rig->op, name),
		.file = fcntl(fd, F_DUPFD_CLOEXEC, 0),
	};
	struct psd_change_mode_rep rep;

	assert_true(req.file >= 0);
	return op_rig_ask(&rig->op, PSD_OP_change_mode, &req, &rep);
}

static int
ask(struct path_rig *rig, const char *name, int fd)
{
	return ask_mode(rig, name, fd, 0640);
}

static void
start(struct path_rig *rig)
{
	path_rig_start(rig, "AllowChangeMode=0640,0600,0000 %s/**");
}

static uint32_t
mode_of(struct path_rig *rig, const char *name)
{
	return status_of(rig, name).st_mode & 07777;
}

static void
the_mode_is_one_that_the_line_lists(void **state)
{
	static const uint32_t refused[] = { 0641, 0644, 0240, 0040, 0777, 01 };
	_cleanup_fd_ int fd = PSD_NO_FD;
	size_t before;
	struct path_rig rig;

	(void)state;
	start(&rig);
	before = test_fds_count();
	fd = open_name(&rig, "file", O_WRONLY | O_APPEND);
	assert_int_equal(ask_mode(&rig, "file", fd, 0640), 0);
	assert_int_equal(mode_of(&rig, "file"), 0640);
	for (size_t i = 0; i < PSD_ELEMENTS(refused); i++)
		assert_int_equal(ask_mode(&rig, "file", fd, refused[i]),
		    -EPERM);
	assert_int_equal(mode_of(&rig, "file"), 0640);
	assert_int_equal(ask_mode(&rig, "file", fd, 0), 0);
	assert_int_equal(mode_of(&rig, "file"), 0);
	psd_fd_cleanup(&fd);
	assert_int_equal(test_fds_count(), before);
	path_rig_stop(&rig);
}

static void
a_mode_that_makes_others_of_those_who_run_it_breaks_the_protocol(void **state)
{
	static const uint32_t modes[] = { 04755, 02755, 01777, 010644 };
	static struct psd_frame frame;

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(modes); i++) {
		struct psd_change_mode_req req = { .mode = 0 };
		struct path_rig rig;

		start(&rig);
		req.path = op_rig_path(&rig.op, "file");
		req.file = open_name(&rig, "file", O_RDWR);
		psd_frame_init(&frame);
		assert_int_equal(psd_encode_request(&frame,
				     psd_op_find(PSD_OP_change_mode), 1, &req),
		    0);
		frame.bytes[PSD_FRAME_HEADER] = modes[i] & 0xff;
		frame.bytes[PSD_FRAME_HEADER + 1] = (modes[i] >> 8) & 0xff;
		assert_int_equal(psd_frame_send(rig.op.helper, 0, &frame), 0);
		psd_frame_clear(&frame);
		assert_true(op_rig_is_broken(&rig.op));
		assert_int_equal(mode_of(&rig, "file"), 0600);
		path_rig_stop(&rig);
	}
}

static void
a_mode_takes_the_bit_for_set_user_id_away(void **state)
{
	struct path_rig rig;

	(void)state;
	start(&rig);
	assert_int_equal(chmod(op_rig_path(&rig.op, "file").at, 06711), 0);
	assert_int_equal(ask_opened(&rig, ask, "file", O_RDWR), 0);
	assert_int_equal(mode_of(&rig, "file"), 0640);
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
a_name_that_is_anothers_by_now_is_told_apart(void **state)
{
	struct path_rig rig;

	(void)state;
	start(&rig);
	check_replaced(&rig, ask);
	path_rig_stop(&rig);
}

static void
a_file_with_two_names_is_refused(void **state)
{
	struct path_rig rig;

	(void)state;
	start(&rig);
	check_two_names(&rig, ask);
	path_rig_stop(&rig);
}

static void
what_is_no_file_is_refused(void **state)
{
	struct path_rig rig;

	(void)state;
	start(&rig);
	check_no_file(&rig, ask);
	path_rig_stop(&rig);
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

/* With the descriptor of the file that a path would reach, if it could. */
static int
ask_path(struct op_rig *rig, struct psd_str path)
{
	struct psd_change_mode_req req = { .mode = 0640, .path = path };
	struct psd_change_mode_rep rep;

	req.file = open_any(rig, path.at);
	return op_rig_ask(rig, PSD_OP_change_mode, &req, &rep);
}

static void
nothing_outside_the_grant_is_changed(void **state)
{
	struct path_rig rig;

	(void)state;
	start(&rig);
	path_rig_check_refused(&rig, ask_path);
	path_rig_check_lengths(&rig, ask_path);
	path_rig_stop(&rig);
}

static void
denied_modes_are_refused_wherever_they_are_allowed(void **state)
{
	_cleanup_fd_ int fd = PSD_NO_FD;
	struct path_rig rig;

	(void)state;
	path_rig_start(&rig,
	    "AllowChangeMode=0640,0600 %s/**\nDenyChangeMode=0640 %s/f*\n"
	    "DenyChangeMode=* %s/sub/**");
	fd = open_name(&rig, "file", O_RDWR);
	assert_int_equal(ask_mode(&rig, "file", fd, 0640), -EPERM);
	assert_int_equal(ask_mode(&rig, "file", fd, 0600), 0);
	assert_int_equal(ask_opened(&rig, ask, "sub/file", O_RDWR), -EPERM);
	path_rig_stop(&rig);
}

/* The last one: a filter stays. */
static void
the_failing_system_call_is_told_by_its_errno(void **state)
{
	struct path_rig rig;

	(void)state;
	start(&rig);
	assert_int_equal(test_deny(SYS_fchmodat, EIO), 0);
	assert_int_equal(ask_opened(&rig, ask, "file", O_RDWR), -EIO);
	path_rig_stop(&rig);
}

static void
a_malformed_change_mode_ends_the_conversation(void **state)
{
	struct psd_change_mode_req req = {
		.mode = 0640,
		.path = psd_str_of("/etc/x"),
		.file = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0),
	};

	(void)state;
	op_rig_check_malformed("AllowChangeMode=0640 %s/**", PSD_OP_change_mode,
	    &req);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_mode_is_one_that_the_line_lists),
		cmocka_unit_test(
		    a_mode_that_makes_others_of_those_who_run_it_breaks_the_protocol),
		cmocka_unit_test(a_mode_takes_the_bit_for_set_user_id_away),
		cmocka_unit_test(who_cannot_write_the_file_does_not_change_it),
		cmocka_unit_test(a_descriptor_of_anything_else_is_told_apart),
		cmocka_unit_test(a_name_that_is_anothers_by_now_is_told_apart),
		cmocka_unit_test(a_file_with_two_names_is_refused),
		cmocka_unit_test(what_is_no_file_is_refused),
		cmocka_unit_test(the_same_file_on_another_mount_is_told_apart),
		cmocka_unit_test(nothing_outside_the_grant_is_changed),
		cmocka_unit_test(
		    denied_modes_are_refused_wherever_they_are_allowed),
		cmocka_unit_test(a_malformed_change_mode_ends_the_conversation),
		cmocka_unit_test(the_failing_system_call_is_told_by_its_errno),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
