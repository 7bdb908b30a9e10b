/* SPDX-License-Identifier: ISC */
/* Which names lie in the root's own file system, by what is mounted where. */
#include "daemon/mounts.h"
#include "tests/support/dir.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define ROOT "21 1 8:1 / / rw - ext4 /dev/vda rw\n"
/* As the shipped unit shows it: parts of the root that may be written. */
#define UNIT \
	ROOT "22 21 8:1 /etc /etc rw shared:1 master:2 - ext4 /dev/vda rw\n" \
	     "23 21 0:5 / /proc rw - proc proc rw\n" \
	     "24 21 8:1 /var /var rw - ext4 /dev/vda rw\n" \
	     "25 24 0:9 / /var/net rw - nfs host:/ rw\n" \
	     "26 24 8:1 /var/lib /var/lib rw - ext4 /dev/vda rw\n" \
	     "27 21 8:1 /a\\040b /a\\040b rw - ext4 /dev/vda rw\n"

static const struct place {
	const char *mountinfo, *path;
	int result;
	size_t len;
} places[] = {
	{ ROOT, "/etc/passwd", 0, 0 },
	{ UNIT, "/usr/bin", 0, 0 },
	{ UNIT, "/", 0, 0 },
	{ UNIT, "/etc", 0, 4 },
	{ UNIT, "/etc/passwd", 0, 4 },
	{ UNIT, "/etcetera", 0, 0 },
	{ UNIT, "/var/lib", 0, 8 },
	{ UNIT, "/var/lib/x/y", 0, 8 },
	{ UNIT, "/var/library", 0, 4 },
	{ UNIT, "/a b/c", 0, 0 },
	/* Another file system may ask a host, or never answer. */
	{ UNIT, "/proc/self", -EXDEV, 0 },
	{ UNIT, "/var/net", -EXDEV, 0 },
	{ UNIT, "/var/net/x", -EXDEV, 0 },
	{ UNIT "28 25 8:1 /x /var/net/x rw - ext4 /dev/vda rw\n",
	    "/var/net/x/y", -EXDEV, 0 },
	{ UNIT "28 22 0:9 / /etc rw - nfs host:/ rw\n", "/etc/passwd", -EXDEV,
	    0 },
	/* What is mounted on the root last is the root. */
	{ "1 1 0:2 / / rw - rootfs rootfs rw\n" UNIT, "/etc/passwd", 0, 4 },
	{ UNIT "29 21 8:2 / / rw - ext4 /dev/vdb rw\n", "/etc/passwd", -EXDEV,
	    0 },
	{ "22 21 8:1 /etc /etc rw - ext4 /dev/vda rw\n" ROOT, "/etc/x", 0, 4 },
	{ "", "/etc/passwd", -ENOENT, 0 },
	{ "nonsense\n\n1 2\n", "/etc/passwd", -ENOENT, 0 },
};

static void
name_is_found_where_it_is_mounted(void **state)
{
	char *dir = test_dir_make();
	char mountinfo[256];

	(void)state;
	(void)snprintf(mountinfo, sizeof(mountinfo), "%s/mountinfo", dir);
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		const struct place *place = &places[i];
		size_t len = 0;
		int r;

		assert_int_equal(test_dir_write(dir, "mountinfo",
				     place->mountinfo),
		    0);
		r = psd_mounts_of_root(mountinfo, place->path, &len);
		if (r != place->result || len != place->len)
			fail_msg("%s, place %zu: %d %zu", place->path, i, r,
			    len);
	}
	test_dir_remove(dir);
}

/* Options of an overlay may be longer than any line that one would expect. */
static void
long_line_hides_nothing(void **state)
{
	static char text[65536];
	char *dir = test_dir_make();
	char mountinfo[256];
	size_t len = 0;

	(void)state;
	(void)snprintf(mountinfo, sizeof(mountinfo), "%s/mountinfo", dir);
	(void)snprintf(text, sizeof(text),
	    ROOT "22 21 0:9 / /srv rw - nfs "
		 "host:/ %060000d\n"
		 "23 21 8:1 /etc /etc rw - "
		 "ext4 /dev/vda rw\n",
	    0);
	assert_int_equal(test_dir_write(dir, "mountinfo", text), 0);
	assert_int_equal(psd_mounts_of_root(mountinfo, "/srv/x", &len), -EXDEV);
	assert_int_equal(psd_mounts_of_root(mountinfo, "/etc/x", &len), 0);
	assert_int_equal(len, 4);
	test_dir_remove(dir);
}

static void
without_proc_it_is_not_known(void **state)
{
	size_t len = 0;

	(void)state;
	assert_int_equal(psd_mounts_of_root("/nowhere/mountinfo", "/etc", &len),
	    -ENOENT);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(name_is_found_where_it_is_mounted),
		cmocka_unit_test(long_line_hides_nothing),
		cmocka_unit_test(without_proc_it_is_not_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
