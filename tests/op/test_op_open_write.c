/* SPDX-License-Identifier: ISC */
#include "tests/op/open_fixture.h"
#include "tests/support/lease.h"

#include <time.h>

static void
access_beyond_the_grant_is_refused(void **state)
{
	static const uint32_t beyond[] = { PSD_ACCESS_WRITE,
		PSD_ACCESS_READ | PSD_ACCESS_WRITE, PSD_ACCESS_APPEND,
		PSD_ACCESS_READ | PSD_ACCESS_APPEND,
		PSD_ACCESS_WRITE | PSD_ACCESS_CREATE,
		PSD_ACCESS_WRITE | PSD_ACCESS_TRUNCATE };
	struct op_rig rig;

	(void)state;
	op_rig_start(&rig, NULL, "AllowOpen=read %s/**");
	put(&rig, "file", "kept");
	for (size_t i = 0; i < sizeof(beyond) / sizeof(beyond[0]); i++)
		assert_int_equal(open_name(&rig, beyond[i], "file"), -EPERM);
	expect_text(open_name(&rig, PSD_ACCESS_READ, "file"), "kept");
	op_rig_stop(&rig);
}

static void
combinations_that_mean_nothing_are_invalid(void **state)
{
	static const uint32_t senseless[] = { PSD_ACCESS_CREATE,
		PSD_ACCESS_TRUNCATE, PSD_ACCESS_READ | PSD_ACCESS_CREATE,
		PSD_ACCESS_READ | PSD_ACCESS_TRUNCATE,
		PSD_ACCESS_READ | PSD_ACCESS_APPEND,
		PSD_ACCESS_WRITE | PSD_ACCESS_EXCLUSIVE, PSD_ACCESS_EXCLUSIVE };
	struct op_rig rig;

	(void)state;
	op_rig_start(&rig, NULL,
	    "AllowOpen=read,write,append,create,truncate %s/**");
	put(&rig, "file", "kept");
	for (size_t i = 0; i < sizeof(senseless) / sizeof(senseless[0]); i++)
		assert_int_equal(open_name(&rig, senseless[i], "file"),
		    -EINVAL);
	op_rig_stop(&rig);
}

static void
writing_appending_and_truncating_do_what_they_say(void **state)
{
	struct op_rig rig;
	int fd;

	(void)state;
	op_rig_start(&rig, NULL, "AllowOpen=read,write,append,truncate %s/**");
	put(&rig, "file", "12345");
	fd = open_name(&rig, PSD_ACCESS_APPEND, "file");
	assert_int_equal(write(fd, "67", 2), 2);
	assert_true((fcntl(fd, F_GETFL) & O_APPEND) != 0);
	psd_fd_close(fd);
	expect_text(open_name(&rig, PSD_ACCESS_READ, "file"), "1234567");
	fd = open_name(&rig, PSD_ACCESS_WRITE, "file");
	assert_int_equal(write(fd, "ab", 2), 2);
	psd_fd_close(fd);
	expect_text(open_name(&rig, PSD_ACCESS_READ, "file"), "ab34567");
	fd = open_name(&rig, PSD_ACCESS_WRITE | PSD_ACCESS_TRUNCATE, "file");
	psd_fd_close(fd);
	expect_text(open_name(&rig, PSD_ACCESS_READ, "file"), "");
	op_rig_stop(&rig);
}

static void
a_created_file_has_the_mode_that_was_asked_for(void **state)
{
	struct op_rig rig;
	struct stat status;
	int fd;

	(void)state;
	op_rig_start(&rig, NULL, "AllowOpen=write,create %s/**");
	fd = open_path(&rig, PSD_ACCESS_WRITE | PSD_ACCESS_CREATE,
	    op_rig_path(&rig, "new"), 0664);
	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0664);
	psd_fd_close(fd);
	fd = open_path(&rig, PSD_ACCESS_WRITE | PSD_ACCESS_CREATE,
	    op_rig_path(&rig, "new"), 0600);
	assert_int_equal(fstat(fd, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0664);
	psd_fd_close(fd);
	op_rig_stop(&rig);
}

static void
exclusive_creation_takes_no_file_and_no_link(void **state)
{
	const uint32_t access =
	    PSD_ACCESS_WRITE | PSD_ACCESS_CREATE | PSD_ACCESS_EXCLUSIVE;
	struct op_rig rig;

	(void)state;
	op_rig_start(&rig, NULL, "AllowOpen=write,create %s/**");
	put(&rig, "there", "kept");
	assert_int_equal(symlink("elsewhere", op_rig_path(&rig, "dangling").at),
	    0);
	assert_int_equal(open_name(&rig, access, "there"), -EEXIST);
	assert_int_equal(open_name(&rig, access, "dangling"), -EEXIST);
	assert_int_equal(open_name(&rig, PSD_ACCESS_WRITE | PSD_ACCESS_CREATE,
			     "dangling"),
	    -EPERM);
	assert_int_equal(access_of(&rig, "elsewhere"), -ENOENT);
	psd_fd_close(open_name(&rig, access, "fresh"));
	assert_int_equal(access_of(&rig, "fresh"), 0);
	op_rig_stop(&rig);
}

static void
owner_and_links_are_checked_on_the_file_itself(void **state)
{
	struct op_rig rig;

	(void)state;
	op_rig_start(&rig, NULL, "AllowOpen=read %s/** owner=root links=1");
	put(&rig, "ours", "ours");
	put(&rig, "theirs", "x");
	put(&rig, "twice", "x");
	if (geteuid() != 0 ||
	    chown(op_rig_path(&rig, "theirs").at, 65534, 65534) < 0) {
		op_rig_stop(&rig);
		print_message("SKIP: needs root to own and give away files\n");
		skip();
	}
	assert_int_equal(link_names(&rig, "twice", "second"), 0);
	expect_text(open_name(&rig, PSD_ACCESS_READ, "ours"), "ours");
	assert_int_equal(open_name(&rig, PSD_ACCESS_READ, "theirs"), -EPERM);
	assert_int_equal(open_name(&rig, PSD_ACCESS_READ, "twice"), -EPERM);
	assert_int_equal(open_name(&rig, PSD_ACCESS_READ, "second"), -EPERM);
	op_rig_stop(&rig);
}

/* A lease is for whoever owns the file; the daemon has others to serve. */
static void
a_lease_does_not_hold_the_daemon_up(void **state)
{
	struct op_rig rig;
	struct timespec start, end;
	int lease, fd;

	(void)state;
	op_rig_start(&rig, NULL, "AllowOpen=read,write,append %s/**");
	put(&rig, "file", "x");
	lease = test_lease(op_rig_path(&rig, "file").at);
	if (lease < 0) {
		op_rig_stop(&rig);
		print_message("SKIP: no leases here: %s\n", strerror(-lease));
		skip();
	}
	assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &start), 0);
	assert_int_equal(open_name(&rig, PSD_ACCESS_WRITE, "file"), -EAGAIN);
	assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &end), 0);
	/* The kernel's own deadline is 45 seconds. */
	assert_in_range(end.tv_sec - start.tv_sec, 0, 20);
	psd_fd_close(lease);
	fd = open_name(&rig, PSD_ACCESS_APPEND, "file");
	assert_true(fd >= 0);
	assert_int_equal(fcntl(fd, F_GETFL) &
		(O_ACCMODE | O_APPEND | O_NONBLOCK),
	    O_WRONLY | O_APPEND);
	psd_fd_close(fd);
	op_rig_stop(&rig);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(access_beyond_the_grant_is_refused),
		cmocka_unit_test(combinations_that_mean_nothing_are_invalid),
		cmocka_unit_test(
		    writing_appending_and_truncating_do_what_they_say),
		cmocka_unit_test(
		    a_created_file_has_the_mode_that_was_asked_for),
		cmocka_unit_test(exclusive_creation_takes_no_file_and_no_link),
		cmocka_unit_test(a_lease_does_not_hold_the_daemon_up),
		cmocka_unit_test(
		    owner_and_links_are_checked_on_the_file_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
