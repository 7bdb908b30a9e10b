/* SPDX-License-Identifier: ISC */
/* Where control groups are mounted, and where in them we are. */
#include "daemon/cgroup_find.h"
#include "tests/unit/dir_fixture.h"

#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct place {
	const char *mountinfo, *membership, *named;
	int result;
	const char *path;
	bool is_top;
};

#define V2 "30 23 0:26 / /sys/fs/cgroup rw shared:4 - cgroup2 cgroup2 rw\n"
#define HYBRID \
	"25 23 0:22 / /sys/fs/cgroup ro - tmpfs tmpfs ro\n" \
	"26 25 0:23 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n" \
	"30 25 0:26 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n"

static const struct place places[] = {
	{ V2, "0::/\n", NULL, 0, "/sys/fs/cgroup", true },
	{ V2, "0::/system.slice/x.service\n", NULL, 0,
	    "/sys/fs/cgroup/system.slice/x.service", false },
	{ V2, "0::/a\n", "/b/c", 0, "/sys/fs/cgroup/b/c", false },
	{ V2, "0::/a\n", "relative", -EINVAL, NULL, false },
	{ V2, "0::/a\n", "/a/../b", -EINVAL, NULL, false },
	{ HYBRID, "3:cpu:/x\n0::/y\n", NULL, 0, "/sys/fs/cgroup/unified/y",
	    false },
	{ HYBRID, "3:cpu:/x\n", NULL, -ENOENT, NULL, false },
	{ "1 1 0:1 / / rw - ext4 /dev/vda rw\n", "0::/\n", NULL, -ENOENT, NULL,
	    false },
	{ "", "", NULL, -ENOENT, NULL, false },
	/* A container shows a part of the hierarchy. */
	{ "30 23 0:26 /box /cg rw - cgroup2 cgroup2 rw\n", "0::/box/a\n", NULL,
	    0, "/cg/a", false },
	{ "30 23 0:26 /box /cg rw - cgroup2 cgroup2 rw\n", "0::/box\n", NULL, 0,
	    "/cg", true },
	{ "30 23 0:26 /box /cg rw - cgroup2 cgroup2 rw\n", "0::/boxer\n", NULL,
	    -EINVAL, NULL, false },
	/* What no kernel says, or nobody mounts them on. */
	{ "30 23 0:26 / /cg rw\n", "0::/\n", NULL, -ENOENT, NULL, false },
	{ "30 23 0:26 / /cg rw - \n", "0::/\n", NULL, -ENOENT, NULL, false },
	{ "30 - cgroup2\n", "0::/\n", NULL, -ENOENT, NULL, false },
	{ "30 23 0:26 / /c\\040g rw - cgroup2 cgroup2 rw\n", "0::/\n", NULL,
	    -ENOENT, NULL, false },
	{ "30 23 0:26 /../.. /cg rw - cgroup2 cgroup2 rw\n", "0::/\n", NULL,
	    -EINVAL, NULL, false },
};

static void
try_place(const char *mountinfo, const char *membership,
    const struct place *place)
{
	char path[PATH_MAX], why[256] = "";
	bool is_top = false;
	int r;

	assert_int_equal(test_dir_write(dir, "mountinfo", place->mountinfo), 0);
	assert_int_equal(test_dir_write(dir, "cgroup", place->membership), 0);
	r = psd_cgroup_find_in(mountinfo, membership, place->named, path,
	    sizeof(path), &is_top, why, sizeof(why));
	if (r != place->result || (r == 0 && strcmp(path, place->path) != 0) ||
	    is_top != place->is_top)
		fail_msg("%s: %d %s", place->mountinfo, r, why);
	assert_true(r == 0 || why[0] != '\0');
}

static void
place_is_found_in_every_layout(void **state)
{
	char mountinfo[256], membership[256];

	(void)state;
	(void)snprintf(mountinfo, sizeof(mountinfo), "%s/mountinfo", dir);
	(void)snprintf(membership, sizeof(membership), "%s/cgroup", dir);
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		try_place(mountinfo, membership, &places[i]);
}

static void
path_that_is_too_long_is_refused(void **state)
{
	static char named[PATH_MAX], membership[PATH_MAX + 64];
	const struct place rows[] = {
		{ V2, "0::/\n", named, -ENAMETOOLONG, NULL, false },
		{ V2, membership, NULL, -ENAMETOOLONG, NULL, false },
	};
	char info[256], file[256];

	(void)state;
	(void)snprintf(info, sizeof(info), "%s/mountinfo", dir);
	(void)snprintf(file, sizeof(file), "%s/cgroup", dir);
	memset(named, 'x', sizeof(named) - 1);
	named[0] = '/';
	memset(membership, 'x', sizeof(membership) - 1);
	membership[0] = '0';
	membership[1] = membership[2] = ':';
	membership[3] = '/';
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		try_place(info, file, &rows[i]);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(place_is_found_in_every_layout),
		cmocka_unit_test(path_that_is_too_long_is_refused),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
