/* SPDX-License-Identifier: ISC */
#include "tests/support/dir.h"
#include "tests/support/lease.h"
#include "tests/support/path_rig.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static int
ask_size(struct op_rig *rig, struct psd_str path, uint64_t size)
{
	struct psd_truncate_req req = { .path = path, .size = size };
	struct psd_truncate_rep rep;

	return op_rig_ask(rig, PSD_OP_truncate, &req, &rep);
}

static int
ask(struct op_rig *rig, struct psd_str path)
{
	return ask_size(rig, path, 0);
}

static int
ask_name(struct path_rig *rig, const char *name, uint64_t size)
{
	return ask_size(&rig->op, op_rig_path(&rig->op, name), size);
}

static off_t
size_of(const struct path_rig *rig, const char *name)
{
	struct stat status;

	assert_int_equal(stat(op_rig_path(&rig->op, name).at, &status), 0);
	return status.st_size;
}

static void
a_file_is_cut_and_extended(void **state)
{
	static const uint64_t sizes[] = { 1, 0, 5, 4096, UINT64_C(1) << 32 };
	struct path_rig rig;

	(void)state;
	path_rig_start(&rig, "AllowTruncate=%s/**");
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		assert_int_equal(ask_name(&rig, "file", sizes[i]), 0);
		assert_int_equal(size_of(&rig, "file"), sizes[i]);
	}
	path_rig_stop(&rig);
}

static void
what_is_no_regular_file_is_refused(void **state)
{
	struct path_rig rig;

	(void)state;
	path_rig_start(&rig, "AllowTruncate=%s/**");
	assert_int_equal(mkfifo(op_rig_path(&rig.op, "fifo").at, 0600), 0);
	assert_int_equal(ask_name(&rig, "fifo", 0), -EPERM);
	assert_int_equal(ask_name(&rig, "sub", 0), -EISDIR);
	assert_int_equal(ask_name(&rig, "name", 0), -EPERM);
	assert_int_equal(ask_name(&rig, "dangling", 0), -EPERM);
	assert_int_equal(ask(&rig.op, psd_str_of(rig.op.dir)), -EISDIR);
	assert_int_equal(ask_name(&rig, "none", 0), -ENOENT);
	path_rig_stop(&rig);
}

static void
nothing_outside_the_grant_is_truncated(void **state)
{
	struct path_rig rig;

	(void)state;
	path_rig_start(&rig, "AllowTruncate=%s/**");
	path_rig_check_refused(&rig, ask);
	path_rig_check_lengths(&rig, ask);
	path_rig_stop(&rig);
}

static void
the_limits_of_helper_and_daemon_bind_the_size(void **state)
{
	static const uint64_t sizes[] = { UINT64_MAX, UINT64_C(1) << 63,
		INT64_MAX, 4097 };
	struct rlimit before, low;
	struct op_rig rig;

	(void)state;
	op_rig_start(&rig, "LimitFSIZE=4096", "AllowTruncate=%s/**");
	assert_int_equal(test_dir_write(rig.dir, "file", "kept"), 0);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		assert_int_equal(ask_size(&rig, op_rig_path(&rig, "file"),
				     sizes[i]),
		    -EFBIG);
	assert_int_equal(ask_size(&rig, op_rig_path(&rig, "file"), 4096), 0);
	/* The signal that comes with it would end us. */
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	low = (struct rlimit){ 1000, before.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &low), 0);
	assert_int_equal(ask_size(&rig, op_rig_path(&rig, "file"), 1001),
	    -EFBIG);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	op_rig_stop(&rig);
}

static void
owner_and_links_are_checked_on_the_file_itself(void **state)
{
	struct path_rig rig;

	(void)state;
	path_rig_start(&rig, "AllowTruncate=%s/** owner=12345");
	assert_int_equal(ask_name(&rig, "file", 0), -EPERM);
	assert_int_equal(size_of(&rig, "file"), 2);
	if (chown(op_rig_path(&rig.op, "file").at, 12345, 0) == 0)
		assert_int_equal(ask_name(&rig, "file", 0), 0);
	path_rig_stop(&rig);
}

/* The kernel's own deadline for a lease is 45 seconds. */
static void
a_lease_does_not_hold_the_daemon_up(void **state)
{
	struct path_rig rig;
	int lease;

	(void)state;
	path_rig_start(&rig, "AllowTruncate=%s/**");
	lease = test_lease(op_rig_path(&rig.op, "file").at);
	if (lease < 0) {
		path_rig_stop(&rig);
		print_message("SKIP: no leases here: %s\n", strerror(-lease));
		skip();
	}
	assert_int_equal(ask_name(&rig, "file", 0), -EAGAIN);
	assert_int_equal(close(lease), 0);
	assert_int_equal(ask_name(&rig, "file", 0), 0);
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
	path_rig_start(&rig, "AllowTruncate=%s/**");
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
	path_rig_start(&rig, "AllowTruncate=%s/**");
	path_rig_mount(&rig);
	assert_int_equal(ask_name(&rig, "mount/file", 0), -EPERM);
	path_rig_stop(&rig);
	path_rig_start(&rig, "AllowTruncate=%s/** xdev");
	path_rig_mount(&rig);
	assert_int_equal(ask_name(&rig, "mount/file", 0), 0);
	path_rig_stop(&rig);
}

static void
a_malformed_truncate_ends_the_conversation(void **state)
{
	struct psd_truncate_req req = { .path = psd_str_of("/etc/x") };

	(void)state;
	op_rig_check_malformed("AllowTruncate=%s/**", PSD_OP_truncate, &req);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_is_cut_and_extended),
		cmocka_unit_test(what_is_no_regular_file_is_refused),
		cmocka_unit_test(nothing_outside_the_grant_is_truncated),
		cmocka_unit_test(the_limits_of_helper_and_daemon_bind_the_size),
		cmocka_unit_test(
		    owner_and_links_are_checked_on_the_file_itself),
		cmocka_unit_test(a_lease_does_not_hold_the_daemon_up),
		cmocka_unit_test(a_directory_swapped_for_a_link_leads_nowhere),
		cmocka_unit_test(another_mount_is_entered_with_xdev_only),
		cmocka_unit_test(a_malformed_truncate_ends_the_conversation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
