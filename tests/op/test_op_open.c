/* SPDX-License-Identifier: ISC */
#include "tests/op/open_fixture.h"

static void
a_granted_file_is_read_whole_and_blocking(void **state)
{
	struct op_rig rig;
	int fd;

	(void)state;
	op_rig_start(&rig, NULL, "AllowOpen=read %s/**");
	put(&rig, "file", "contents");
	fd = open_name(&rig, PSD_ACCESS_READ, "file");
	assert_int_equal(fcntl(fd, F_GETFL) & (O_ACCMODE | O_NONBLOCK),
	    O_RDONLY);
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	expect_text(fd, "contents");
	op_rig_stop(&rig);
}

static void
path_outside_the_grant_is_refused(void **state)
{
	static const char *const paths[] = { "/etc/passwd", "/", "/proc/self",
		"/proc/self/fd/0", "/dev/null", "relative", "", ".", "..",
		"/srv/../etc/passwd" };
	struct op_rig rig;

	(void)state;
	op_rig_start(&rig, NULL, "AllowOpen=read %s/**");
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		assert_int_equal(open_path(&rig, PSD_ACCESS_READ,
				     psd_str_of(paths[i]), 0),
		    -EPERM);
	op_rig_stop(&rig);
}

static void
a_path_that_is_not_normal_is_refused(void **state)
{
	static const char *const names[] = { "in/../secret", "in/./file",
		"in//file", "in/file/", "in/sub/../../secret", "inner/file",
		"in/..", "in/../in/file", "../in/file", "in/file/." };
	struct op_rig rig;

	(void)state;
	op_rig_start(&rig, NULL, "AllowOpen=read -%s/in/**");
	make_dir(&rig, "in");
	make_dir(&rig, "inner");
	put(&rig, "secret", "x");
	put(&rig, "in/file", "x");
	put(&rig, "inner/file", "x");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_int_equal(open_name(&rig, PSD_ACCESS_READ, names[i]),
		    -EPERM);
	op_rig_stop(&rig);
}

static void
a_symbolic_link_is_refused_at_every_component(void **state)
{
	struct op_rig rig;

	(void)state;
	op_rig_start(&rig, NULL, "AllowOpen=read %s/**");
	make_dir(&rig, "dir");
	put(&rig, "dir/file", "x");
	assert_int_equal(symlink("dir", op_rig_path(&rig, "link").at), 0);
	assert_int_equal(symlink("file", op_rig_path(&rig, "dir/to").at), 0);
	assert_int_equal(symlink("/etc/passwd", op_rig_path(&rig, "out").at),
	    0);
	assert_int_equal(symlink("/proc/self/fd",
			     op_rig_path(&rig, "magic").at),
	    0);
	assert_int_equal(open_name(&rig, PSD_ACCESS_READ, "link/file"), -EPERM);
	assert_int_equal(open_name(&rig, PSD_ACCESS_READ, "dir/to"), -EPERM);
	assert_int_equal(open_name(&rig, PSD_ACCESS_READ, "out"), -EPERM);
	assert_int_equal(open_name(&rig, PSD_ACCESS_READ, "magic/0"), -EPERM);
	op_rig_stop(&rig);
}

static void
with_follow_a_link_leads_to_granted_places_only(void **state)
{
	struct op_rig rig;

	(void)state;
	op_rig_start(&rig, NULL,
	    "AllowOpen=read %s/*.txt follow\nDenyOpen=any %s/hidden.txt");
	put(&rig, "real.txt", "real");
	put(&rig, "hidden.txt", "hidden");
	put(&rig, "other", "other");
	assert_int_equal(symlink("real.txt", op_rig_path(&rig, "a.txt").at), 0);
	assert_int_equal(symlink("hidden.txt", op_rig_path(&rig, "b.txt").at),
	    0);
	assert_int_equal(symlink("other", op_rig_path(&rig, "c.txt").at), 0);
	assert_int_equal(symlink("/etc/passwd", op_rig_path(&rig, "d.txt").at),
	    0);
	assert_int_equal(symlink("../etc/passwd",
			     op_rig_path(&rig, "e.txt").at),
	    0);
	expect_text(open_name(&rig, PSD_ACCESS_READ, "a.txt"), "real");
	assert_int_equal(open_name(&rig, PSD_ACCESS_READ, "b.txt"), -EPERM);
	assert_int_equal(open_name(&rig, PSD_ACCESS_READ, "c.txt"), -EPERM);
	assert_int_equal(open_name(&rig, PSD_ACCESS_READ, "d.txt"), -EPERM);
	assert_int_equal(open_name(&rig, PSD_ACCESS_READ, "e.txt"), -EPERM);
	op_rig_stop(&rig);
}

/* Neither may opening a FIFO wait, nor a directory or socket be given out. */
static void
what_is_no_regular_file_is_refused(void **state)
{
	static const char *const policies[] = { "AllowOpen=read %s/**",
		"AllowOpen=read,write %s/**" };
	struct op_rig rig;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		op_rig_start(&rig, NULL, policies[i]);
		make_dir(&rig, "dir");
		assert_int_equal(mkfifo(op_rig_path(&rig, "fifo").at, 0600), 0);
		assert_int_equal(open_name(&rig, PSD_ACCESS_READ, "fifo"),
		    -EPERM);
		assert_int_equal(open_name(&rig, PSD_ACCESS_READ, "dir"),
		    -EISDIR);
		if (mknod(op_rig_path(&rig, "device").at, S_IFCHR | 0600,
			(dev_t)0x103) == 0)
			assert_int_equal(open_name(&rig, PSD_ACCESS_READ,
					     "device"),
			    -EPERM);
		op_rig_stop(&rig);
	}
}

static void
once_is_used_up_by_success_and_not_by_failure(void **state)
{
	struct op_rig rig;

	(void)state;
	op_rig_start(&rig, NULL, "AllowOpen=read %s/** once");
	put(&rig, "file", "x");
	assert_int_equal(open_name(&rig, PSD_ACCESS_READ, "missing"), -ENOENT);
	expect_text(open_name(&rig, PSD_ACCESS_READ, "file"), "x");
	assert_int_equal(open_name(&rig, PSD_ACCESS_READ, "file"), -EPERM);
	op_rig_stop(&rig);
}

static void
deny_wins_over_allow(void **state)
{
	struct op_rig rig;

	(void)state;
	op_rig_start(&rig, NULL, "DenyOpen=any %s/**/.*\nAllowOpen=read %s/**");
	put(&rig, ".hidden", "x");
	put(&rig, "shown", "x");
	assert_int_equal(open_name(&rig, PSD_ACCESS_READ, ".hidden"), -EPERM);
	expect_text(open_name(&rig, PSD_ACCESS_READ, "shown"), "x");
	op_rig_stop(&rig);
}

static void
the_failing_system_call_is_told_by_its_errno(void **state)
{
	struct op_rig rig;
	struct rlimit limit, low;
	size_t open_now;

	(void)state;
	op_rig_start(&rig, NULL, "AllowOpen=read %s/**");
	put(&rig, "file", "x");
	assert_int_equal(open_name(&rig, PSD_ACCESS_READ, "none"), -ENOENT);
	assert_int_equal(open_name(&rig, PSD_ACCESS_READ, "file/below"),
	    -ENOTDIR);
	/* No descriptor left: the answer says so and nothing is lost. */
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	open_now = test_fds_count();
	low = (struct rlimit){ 3, limit.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &low), 0);
	assert_int_equal(open_name(&rig, PSD_ACCESS_READ, "file"), -EMFILE);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	assert_int_equal(test_fds_count(), open_now);
	expect_text(open_name(&rig, PSD_ACCESS_READ, "file"), "x");
	op_rig_stop(&rig);
}

static void
a_malformed_open_ends_the_conversation(void **state)
{
	struct psd_open_req req = { .access = PSD_ACCESS_READ,
		.path = psd_str_of("/etc/x"),
		.mode = 0 };

	(void)state;
	op_rig_check_malformed("AllowOpen=read %s/**", PSD_OP_open, &req);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_granted_file_is_read_whole_and_blocking),
		cmocka_unit_test(path_outside_the_grant_is_refused),
		cmocka_unit_test(a_path_that_is_not_normal_is_refused),
		cmocka_unit_test(a_symbolic_link_is_refused_at_every_component),
		cmocka_unit_test(
		    with_follow_a_link_leads_to_granted_places_only),
		cmocka_unit_test(what_is_no_regular_file_is_refused),
		cmocka_unit_test(once_is_used_up_by_success_and_not_by_failure),
		cmocka_unit_test(deny_wins_over_allow),
		cmocka_unit_test(the_failing_system_call_is_told_by_its_errno),
		cmocka_unit_test(a_malformed_open_ends_the_conversation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
