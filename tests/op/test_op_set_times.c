/* SPDX-License-Identifier: ISC */
#include "common/mem.h"
#include "tests/support/path_rig.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/capability.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static int
ask_times(struct op_rig *rig, struct psd_str path, int64_t accessed,
    int64_t modified)
{
	struct psd_set_times_req req = {
		.path = path,
		.accessed = accessed,
		.modified = modified,
	};
	struct psd_set_times_rep rep;

	return op_rig_ask(rig, PSD_OP_set_times, &req, &rep);
}

static int
ask(struct op_rig *rig, struct psd_str path)
{
	return ask_times(rig, path, 1, 2);
}

static int
ask_name(struct path_rig *rig, const char *name)
{
	return ask(&rig->op, op_rig_path(&rig->op, name));
}

static void
both_times_are_set_to_the_nanosecond(void **state)
{
	static const struct {
		int64_t moment;
		time_t sec;
		long nsec;
	} cases[] = { { 0, 0, 0 }, { 1, 0, 1 }, { -1, -1, 999999999 },
		{ 1700000000123456789, 1700000000, 123456789 },
		{ -1000000000, -1, 0 }, { -1000000001, -2, 999999999 },
		{ 999999999, 0, 999999999 } };
	static const char *const names[] = { "file", "sub" };
	struct path_rig rig;
	struct stat status;

	(void)state;
	path_rig_start(&rig, "AllowSetTimes=%s/**");
	for (size_t i = 0; i < 2 * PSD_ELEMENTS(cases); i++) {
		const struct psd_str path = op_rig_path(&rig.op, names[i % 2]);
		const int64_t moment = cases[i / 2].moment;

		assert_int_equal(ask_times(&rig.op, path, moment, moment + 7),
		    0);
		assert_int_equal(stat(path.at, &status), 0);
		assert_int_equal(status.st_atim.tv_sec, cases[i / 2].sec);
		assert_int_equal(status.st_atim.tv_nsec, cases[i / 2].nsec);
		assert_int_equal(status.st_mtim.tv_sec,
		    cases[i / 2].sec + (cases[i / 2].nsec > 999999992));
		assert_int_equal(status.st_mtim.tv_nsec,
		    (cases[i / 2].nsec + 7) % 1000000000);
	}
	path_rig_stop(&rig);
}

/* The file system keeps what it can of them; nothing means "now". */
static void
the_ends_of_time_are_no_special_values(void **state)
{
	struct path_rig rig;
	struct stat status;

	(void)state;
	path_rig_start(&rig, "AllowSetTimes=%s/**");
	assert_int_equal(ask_times(&rig.op, op_rig_path(&rig.op, "file"),
			     INT64_MIN, INT64_MIN),
	    0);
	assert_int_equal(stat(op_rig_path(&rig.op, "file").at, &status), 0);
	assert_true(status.st_mtim.tv_sec < 0);
	assert_int_equal(ask_times(&rig.op, op_rig_path(&rig.op, "file"),
			     INT64_MAX, INT64_MAX),
	    0);
	assert_int_equal(stat(op_rig_path(&rig.op, "file").at, &status), 0);
	assert_true(status.st_mtim.tv_sec > INT32_MAX - 1);
	path_rig_stop(&rig);
}

static void
nothing_outside_the_grant_is_touched(void **state)
{
	struct path_rig rig;

	(void)state;
	path_rig_start(&rig, "AllowSetTimes=%s/**");
	path_rig_check_refused(&rig, ask);
	path_rig_check_lengths(&rig, ask);
	assert_int_equal(ask_name(&rig, "link"), -EPERM);
	assert_int_equal(ask_name(&rig, "name"), -EPERM);
	assert_int_equal(ask_name(&rig, "none"), -ENOENT);
	assert_int_equal(mkfifo(op_rig_path(&rig.op, "fifo").at, 0600), 0);
	assert_int_equal(ask_name(&rig, "fifo"), -EPERM);
	path_rig_stop(&rig);
}

static void
owner_and_links_are_checked_on_the_file_itself(void **state)
{
	_cleanup_free_ char *before = NULL, *after = NULL;
	struct path_rig rig;

	(void)state;
	path_rig_start(&rig, "AllowSetTimes=%s/** owner=12345");
	before = path_rig_snapshot(rig.outer);
	assert_int_equal(ask_name(&rig, "file"), -EPERM);
	after = path_rig_snapshot(rig.outer);
	assert_string_equal(before, after);
	path_rig_stop(&rig);
}

static void
anothers_file_takes_what_the_row_keeps(void **state)
{
	static const cap_value_t kept[] = { CAP_DAC_READ_SEARCH, CAP_FOWNER };
	struct path_rig rig;
	cap_t all, few;

	(void)state;
	path_rig_start(&rig, "AllowSetTimes=%s/** owner=12345");
	if (chown(op_rig_path(&rig.op, "file").at, 12345, 12345) < 0) {
		path_rig_stop(&rig);
		print_message("SKIP: only root can give files away\n");
		skip();
	}
	all = cap_get_proc();
	few = cap_dup(all);
	assert_non_null(few);
	assert_int_equal(cap_clear_flag(few, CAP_EFFECTIVE), 0);
	assert_int_equal(cap_set_proc(few), 0);
	assert_int_equal(ask_name(&rig, "file"), -EPERM);
	assert_int_equal(cap_set_flag(few, CAP_EFFECTIVE, 2, kept, CAP_SET), 0);
	assert_int_equal(cap_set_proc(few), 0);
	assert_int_equal(ask_name(&rig, "file"), 0);
	assert_int_equal(cap_set_proc(all), 0);
	assert_int_equal(cap_free(all), 0);
	assert_int_equal(cap_free(few), 0);
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
	path_rig_start(&rig, "AllowSetTimes=%s/**");
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
	path_rig_start(&rig, "AllowSetTimes=%s/**");
	path_rig_mount(&rig);
	assert_int_equal(ask_name(&rig, "mount/file"), -EPERM);
	assert_int_equal(ask_name(&rig, "mount"), -EPERM);
	path_rig_stop(&rig);
	path_rig_start(&rig, "AllowSetTimes=%s/** xdev");
	path_rig_mount(&rig);
	assert_int_equal(ask_name(&rig, "mount/file"), 0);
	path_rig_stop(&rig);
}

static void
a_malformed_set_times_ends_the_conversation(void **state)
{
	struct psd_set_times_req req = { .path = psd_str_of("/etc/x") };

	(void)state;
	op_rig_check_malformed("AllowSetTimes=%s/**", PSD_OP_set_times, &req);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_times_are_set_to_the_nanosecond),
		cmocka_unit_test(the_ends_of_time_are_no_special_values),
		cmocka_unit_test(nothing_outside_the_grant_is_touched),
		cmocka_unit_test(
		    owner_and_links_are_checked_on_the_file_itself),
		cmocka_unit_test(anothers_file_takes_what_the_row_keeps),
		cmocka_unit_test(a_directory_swapped_for_a_link_leads_nowhere),
		cmocka_unit_test(another_mount_is_entered_with_xdev_only),
		cmocka_unit_test(a_malformed_set_times_ends_the_conversation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
