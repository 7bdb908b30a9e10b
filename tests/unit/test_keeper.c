/* SPDX-License-Identifier: ISC */
/* A keeper that cannot make a step says which, and one with less makes do. */
#include "common/fd.h"
#include "common/mem.h"
#include "daemon/keeper.h"
#include "tests/support/child.h"
#include "tests/support/deny.h"
#include "tests/support/dir.h"
#include "tests/support/expect.h"
#include "tests/support/valgrind.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

enum { ANY = -1 };

/* A call that is denied, where an argument of it has a value, or always. */
struct denied {
	int call, argument;
	uint32_t value;
	int error;
	const char *why; /* what the keeper says; NULL: it does without */
};

static char *dir;
static char file[4096], link_to_it[4096];

/* A file to be read, a link to it, and a tree to be written. */
static int
build(char *ret_why)
{
	struct psd_word words[] = {
		{ .text = link_to_it, .access = PSD_ACCESS_READ },
		{ .text = "/usr" },
		{ .text = dir, .access = PSD_ACCESS_ALL, .is_tree = true },
	};
	const struct psd_words view = { words, PSD_ELEMENTS(words) };
	int namespaces[PSD_NS_COUNT];

	return psd_keeper_build(STDERR_FILENO, &view, false, namespaces,
	    ret_why, PSD_KEEPER_WHY);
}

/* What of the view is as it is to be, in the root that was made. */
static int
look_around(void)
{
	struct statvfs status;

	TEST_EXPECT(access(link_to_it, R_OK) == 0);
	TEST_EXPECT(statvfs(file, &status) == 0);
	TEST_EXPECT((status.f_flag & ST_NOSUID) != 0);
	TEST_EXPECT(access(dir, W_OK) == 0);
	TEST_EXPECT(statvfs("/usr", &status) == 0);
	TEST_EXPECT((status.f_flag & ST_RDONLY) != 0);
	TEST_EXPECT(access("/etc", F_OK) < 0 && errno == ENOENT);
	TEST_EXPECT(mkdir("/made", 0700) < 0 && errno == EROFS);
	return 0;
}

static int
keep_without(void *argument)
{
	const struct denied *denied = argument;
	char why[PSD_KEEPER_WHY] = "";
	int r;

	if (denied->call != ANY)
		TEST_EXPECT((denied->argument == ANY
				    ? test_deny(denied->call, denied->error)
				    : test_deny_argument(denied->call,
					  (unsigned)denied->argument,
					  denied->value, denied->error)) == 0);
	r = build(why);
	if (denied->why == NULL && r != 0)
		(void)printf("# %s\n", why);
	(void)fflush(stdout);
	if (denied->why == NULL)
		TEST_EXPECT(r == 0);
	else
		TEST_EXPECT(
		    r == -denied->error && strstr(why, denied->why) == why);
	return r < 0 ? 0 : look_around();
}

/* Before Linux 5.12 another road is taken, on which these calls are not. */
static bool
is_passed_by(const struct denied *denied)
{
	return (denied->call == SYS_move_mount ||
		   (denied->call == SYS_mount_setattr &&
		       denied->argument != ANY)) &&
	    syscall(SYS_mount_setattr, -1, "", 0, NULL, 0) < 0 &&
	    errno == ENOSYS;
}

static void
try_all(const struct denied *cases, size_t n)
{
	if (geteuid() != 0) {
		print_message("SKIP: making namespaces takes root\n");
		skip();
	}
	if (test_under_valgrind()) {
		print_message("SKIP: valgrind has no setdomainname()\n");
		skip();
	}
	for (size_t i = 0; i < n; i++) {
		struct denied denied = cases[i];

		if (is_passed_by(&denied))
			continue;
		if (test_child_exit_status(
			test_child_start(keep_without, &denied)) != 0)
			fail_msg("case %zu: %s", i,
			    denied.why == NULL ? "built" : denied.why);
	}
}

#define FLAGS_OF_ROOT (MS_NOSUID | MS_NODEV | MS_NOEXEC)
#define CLONES_TREE \
	(uint32_t)(OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH)

static void
a_step_that_fails_is_told_by_name(void **state)
{
	static const struct denied cases[] = {
		{ SYS_close_range, ANY, 0, EPERM, "cannot close descriptors" },
		{ SYS_unshare, ANY, 0, EPERM, "cannot make namespaces: " },
		{ SYS_openat, ANY, 0, EMFILE, "cannot open the namespaces" },
		{ SYS_sethostname, ANY, 0, EPERM, "cannot set the host name" },
		{ SYS_setdomainname, ANY, 0, EPERM, "cannot set the domain" },
		{ SYS_mount, ANY, 0, EPERM, "cannot make mounts private" },
		{ SYS_mount, 3, FLAGS_OF_ROOT, EPERM, "cannot mount a root" },
		{ SYS_chdir, ANY, 0, EACCES, "cannot mount a root" },
		{ SYS_open_tree, ANY, 0, EPERM, "cannot show /" },
		{ SYS_open_tree, ANY, 0, EINVAL, "cannot show /" },
		{ SYS_mount_setattr, ANY, 0, EPERM, "cannot show /" },
		{ SYS_move_mount, ANY, 0, EPERM, "cannot show /" },
		{ SYS_mount_setattr, 2, AT_EMPTY_PATH, EPERM,
		    "cannot make writable /" },
		{ SYS_fstatfs, ANY, 0, EIO, "cannot make writable /" },
		{ SYS_mount, 3,
		    MS_REMOUNT | MS_BIND | MS_RDONLY | FLAGS_OF_ROOT, EPERM,
		    "cannot enter the root" },
		{ SYS_pivot_root, ANY, 0, EPERM, "cannot enter the root" },
		{ SYS_umount2, ANY, 0, EPERM, "cannot enter the root" },
	};

	(void)state;
	try_all(cases, PSD_ELEMENTS(cases));
}

/* Older kernels, mounts of another's, and a root that cannot be put aside. */
static void
what_some_kernels_lack_is_done_in_another_way(void **state)
{
	static const struct denied cases[] = {
		{ .call = ANY },
		{ SYS_open_tree, 2, CLONES_TREE, EINVAL, NULL },
		{ SYS_open_tree, ANY, 0, ENOSYS, NULL },
		{ SYS_mount_setattr, ANY, 0, ENOSYS, NULL },
		{ SYS_pivot_root, ANY, 0, EINVAL, NULL },
	};

	(void)state;
	try_all(cases, PSD_ELEMENTS(cases));
}

static int
make_view(void **state)
{
	(void)state;
	dir = test_dir_make();
	if (dir == NULL)
		return -1;
	(void)snprintf(file, sizeof(file), "%s/file", dir);
	(void)snprintf(link_to_it, sizeof(link_to_it), "%s/link", dir);
	return test_dir_write(dir, "file", "text\n") < 0 ||
		symlink(file, link_to_it) < 0
	    ? -1
	    : 0;
}

static int
remove_view(void **state)
{
	(void)state;
	test_dir_remove(dir);
	return 0;
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_step_that_fails_is_told_by_name),
		cmocka_unit_test(what_some_kernels_lack_is_done_in_another_way),
	};

	return cmocka_run_group_tests(tests, make_view, remove_view);
}
