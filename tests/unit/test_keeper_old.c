/* SPDX-License-Identifier: ISC */
/* A view on a kernel before Linux 5.12, which cannot set a mount's flags. */
#include "daemon/keeper.h"

#include "common/mem.h"
#include "policy/view.h"
#include "tests/support/child.h"
#include "tests/support/deny.h"
#include "tests/support/expect.h"
#include "tests/support/valgrind.h"
#include "tests/unit/dir_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

enum { NO_MOUNTS = 77 };

/* Of a file system that the view shows, and what is to be left of it. */
struct flags {
	unsigned long mounted, shown, not_shown;
	uint32_t access;
};

/* A mount with these flags that fails, and what the keeper says. */
struct denied {
	uint32_t flags;
	int error;
	const char *why; /* NULL: it does without */
};

static int
keep(const char *path, uint32_t access_flags, char *ret_why)
{
	char null[] = "/dev/null";
	struct psd_word words[] = {
		{ .text = path, .access = access_flags, .is_tree = true },
		{ .text = null, .access = PSD_ACCESS_ALL },
	};
	const struct psd_words view = { words, PSD_ELEMENTS(words) };
	int namespaces[PSD_NS_COUNT];

	return psd_keeper_build(STDERR_FILENO, &view, false, namespaces,
	    ret_why, PSD_KEEPER_WHY);
}

static int
mount_here(unsigned long flags)
{
	if (unshare(CLONE_NEWNS) < 0 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("test", dir, "tmpfs", flags, NULL) < 0)
		return -errno;
	return 0;
}

static int
show(void *argument)
{
	const struct flags *row = argument;
	char why[PSD_KEEPER_WHY] = "";
	struct statvfs status;
	int fd;

	if (mount_here(row->mounted) < 0)
		return NO_MOUNTS;
	TEST_EXPECT(test_deny(SYS_mount_setattr, ENOSYS) == 0);
	if (keep(dir, row->access, why) != 0)
		(void)dprintf(STDOUT_FILENO, "# %s\n", why);
	TEST_EXPECT(why[0] == '\0');
	TEST_EXPECT(statvfs(dir, &status) == 0);
	TEST_EXPECT((status.f_flag & row->shown) == row->shown);
	TEST_EXPECT((status.f_flag & row->not_shown) == 0);
	/* A device is one still. */
	fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	TEST_EXPECT(fd >= 0 && write(fd, "x", 1) == 1);
	return 0;
}

static void
try(int (*body)(void *argument), void *argument)
{
	const int status =
	    test_child_exit_status(test_child_start(body, argument));

	if (status == NO_MOUNTS)
		skip();
	assert_int_equal(status, 0);
}

static void
flags_that_a_mount_has_are_kept(void **state)
{
	static struct flags rows[] = {
		{ 0, ST_RELATIME | ST_RDONLY | ST_NOSUID | ST_NODEV, 0,
		    PSD_ACCESS_READ },
		{ MS_NOATIME | MS_NODIRATIME,
		    ST_NOATIME | ST_NODIRATIME | ST_RDONLY, ST_RELATIME,
		    PSD_ACCESS_READ },
		{ MS_NOATIME, ST_NOATIME | ST_NOEXEC, ST_RDONLY,
		    PSD_ACCESS_ALL },
		/* What was mounted read-only remains so. */
		{ MS_RDONLY | MS_STRICTATIME, ST_RDONLY, ST_RELATIME,
		    PSD_ACCESS_ALL },
	};

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(rows); i++)
		try(show, &rows[i]);
}

static int
show_without(void *argument)
{
	const struct denied *row = argument;
	char why[PSD_KEEPER_WHY] = "";
	int r;

	if (mount_here(0) < 0)
		return NO_MOUNTS;
	TEST_EXPECT(test_deny(SYS_mount_setattr, ENOSYS) == 0);
	/* The root cannot be put aside, so it is covered. */
	TEST_EXPECT(test_deny(SYS_pivot_root, EINVAL) == 0);
	TEST_EXPECT(
	    test_deny_argument(SYS_mount, 3, row->flags, row->error) == 0);
	r = keep(dir, PSD_ACCESS_ALL, why);
	if (row->why == NULL)
		TEST_EXPECT(r == 0 && why[0] == '\0');
	else
		TEST_EXPECT(r == -row->error && strstr(why, row->why) == why);
	return 0;
}

static void
step_that_fails_there_is_told_by_name(void **state)
{
	static struct denied rows[] = {
		{ MS_BIND, EPERM, "cannot show /" },
		/* With all that is mounted beneath. */
		{ MS_BIND, EINVAL, NULL },
		{ MS_MOVE, EPERM, "cannot enter the root" },
		{ MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV |
			MS_NOEXEC | MS_RELATIME,
		    EPERM, "cannot show /" },
	};

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(rows); i++)
		try(show_without, &rows[i]);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(flags_that_a_mount_has_are_kept),
		cmocka_unit_test(step_that_fails_there_is_told_by_name),
	};

	if (geteuid() != 0 || test_under_valgrind()) {
		puts("1..0 # SKIP no root, or no filters under valgrind");
		return 77;
	}
	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
