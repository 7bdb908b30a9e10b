/* SPDX-License-Identifier: ISC */
/* What a helper sees of the machine: the view, and nothing else. */
#include "daemon/namespace.h"
#include "tests/support/dir.h"
#include "tests/support/spawn_rig.h"
#include "tests/unit/namespace_fixture.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* A path within the helper's root, as seen from here. */
static DIR *
open_root(const struct seen *seen, const char *path)
{
	char full[256];

	(void)snprintf(full, sizeof(full), "/proc/%d/root/%s",
	    seen->rig.child.pid, path);
	return opendir(full);
}

/* The names in a directory, sorted as they come, each with a blank behind. */
static void
list(const struct seen *seen, const char *path, char *ret, size_t size)
{
	DIR *dir = open_root(seen, path);
	const struct dirent *entry;

	assert_non_null(dir);
	ret[0] = '\0';
	while ((entry = readdir(dir)) != NULL)
		if (entry->d_name[0] != '.')
			(void)snprintf(ret + strlen(ret), size - strlen(ret),
			    "%s ", entry->d_name);
	(void)closedir(dir);
}

static void
without_a_view_there_is_nothing(void **state)
{
	static const char *const nothing[] = { NULL };
	struct seen seen;
	char text[4096];

	(void)state;
	assert_int_equal(begin(&seen, nothing), 0);
	list(&seen, "", text, sizeof(text));
	assert_string_equal(text, "");
	spawn_rig_link(&seen.rig, "cwd", text, sizeof(text));
	assert_string_equal(text, "/");
	assert_int_equal(try_open(&seen, "/etc/passwd", O_RDONLY), -ENOENT);
	assert_int_equal(try_open(&seen, "/proc/self/fd", O_RDONLY), -ENOENT);
	assert_int_equal(try_open(&seen, "/../../etc/passwd", O_RDONLY),
	    -ENOENT);
	assert_int_equal(try_open(&seen, "/new", O_WRONLY | O_CREAT), -EROFS);
	end(&seen);
}

static void
view_shows_its_paths_and_what_is_beneath(void **state)
{
	char *dir = test_dir_make();
	char shown[256], file[256], link[256], inside[512];
	const char *paths[] = { shown, file, link, "/no/such/path", NULL };
	struct seen seen;
	char text[256];

	(void)state;
	(void)snprintf(shown, sizeof(shown), "%s/shown", dir);
	(void)snprintf(file, sizeof(file), "%s/file", dir);
	(void)snprintf(link, sizeof(link), "%s/link", dir);
	assert_int_equal(mkdir(shown, 0755), 0);
	assert_int_equal(test_dir_write(shown, "within", "text"), 0);
	assert_int_equal(test_dir_write(dir, "file", "text"), 0);
	assert_int_equal(test_dir_write(dir, "hidden", "text"), 0);
	assert_int_equal(symlink("shown/../shown/within", link), 0);
	assert_int_equal(chmod(dir, 0755), 0);

	assert_int_equal(begin(&seen, paths), 0);
	list(&seen, dir, text, sizeof(text));
	assert_non_null(strstr(text, "shown "));
	assert_non_null(strstr(text, "file "));
	assert_non_null(strstr(text, "link "));
	assert_null(strstr(text, "hidden"));
	assert_true(try_open(&seen, file, O_RDONLY) >= 0);
	assert_true(try_open(&seen, link, O_RDONLY) >= 0);
	(void)snprintf(inside, sizeof(inside), "%s/within", shown);
	assert_true(try_open(&seen, inside, O_RDONLY) >= 0);
	assert_int_equal(try_open(&seen, inside, O_WRONLY), -EACCES);
	(void)snprintf(inside, sizeof(inside), "%s/hidden", dir);
	assert_int_equal(try_open(&seen, inside, O_RDONLY), -ENOENT);
	(void)snprintf(inside, sizeof(inside), "%s/../hidden", shown);
	assert_int_equal(try_open(&seen, inside, O_RDONLY), -ENOENT);
	end(&seen);
	test_dir_remove(dir);
}

/* As the loader's path is on systems with a merged /usr. */
static void
links_on_the_way_are_links_in_the_view(void **state)
{
	char *dir = test_dir_make();
	char real[256], deep[256], link[256], through[512], absolute[256];
	const char *paths[] = { through, absolute, NULL };
	struct seen seen;
	char text[256], name[512];

	(void)state;
	(void)snprintf(real, sizeof(real), "%s/usr", dir);
	(void)snprintf(deep, sizeof(deep), "%s/usr/lib", dir);
	(void)snprintf(link, sizeof(link), "%s/lib", dir);
	(void)snprintf(through, sizeof(through), "%s/lib/loader", dir);
	(void)snprintf(absolute, sizeof(absolute), "%s/abs", dir);
	assert_int_equal(chmod(dir, 0755), 0);
	assert_int_equal(mkdir(real, 0755), 0);
	assert_int_equal(mkdir(deep, 0755), 0);
	assert_int_equal(test_dir_write(deep, "loader", "text"), 0);
	assert_int_equal(test_dir_write(deep, "other", "text"), 0);
	assert_int_equal(symlink("usr/lib", link), 0);
	assert_int_equal(symlink(deep, absolute), 0);

	assert_int_equal(begin(&seen, paths), 0);
	(void)snprintf(name, sizeof(name), "root%s", link);
	spawn_rig_link(&seen.rig, name, text, sizeof(text));
	assert_string_equal(text, "usr/lib");
	(void)snprintf(name, sizeof(name), "root%s", absolute);
	spawn_rig_link(&seen.rig, name, text, sizeof(text));
	assert_string_equal(text, deep);
	assert_true(try_open(&seen, through, O_RDONLY) >= 0);
	end(&seen);

	/* Without the second, what lies beside the file is hidden. */
	paths[1] = NULL;
	assert_int_equal(begin(&seen, paths), 0);
	list(&seen, deep, text, sizeof(text));
	assert_string_equal(text, "loader ");
	end(&seen);
	test_dir_remove(dir);
}

static void
links_in_a_circle_are_an_error(void **state)
{
	char *dir = test_dir_make();
	char one[256], other[256];
	const char *paths[] = { one, NULL };
	struct seen seen;

	(void)state;
	(void)snprintf(one, sizeof(one), "%s/one", dir);
	(void)snprintf(other, sizeof(other), "%s/other", dir);
	assert_int_equal(symlink("other", one), 0);
	assert_int_equal(symlink("one", other), 0);
	assert_int_equal(begin(&seen, paths), -ELOOP);
	spawn_rig_free(&seen.rig);
	test_dir_remove(dir);
}

static void
view_is_read_only_without_set_uid_and_devices(void **state)
{
	static const char *const paths[] = { "/usr/lib", NULL };
	struct seen seen;
	char text[4096];
	const char *at;

	(void)state;
	assert_int_equal(begin(&seen, paths), 0);
	(void)spawn_rig_proc(&seen.rig, "mountinfo", text, sizeof(text));
	at = strstr(text, " / / ro,nosuid,nodev,noexec");
	assert_non_null(at);
	at = strstr(text, " /usr/lib ro,nosuid,nodev");
	assert_non_null(at);
	/* These two and no third: nothing of the old root is left. */
	assert_int_equal(*strchr(strchr(text, '\n') + 1, '\n'), '\n');
	assert_string_equal(strchr(strchr(text, '\n') + 1, '\n'), "\n");
	end(&seen);
}

static void
mounts_beneath_the_view_are_not_shown(void **state)
{
	char *dir = test_dir_make();
	char mounted[256], file[512];
	const char *paths[] = { dir, NULL };
	struct seen seen;

	(void)state;
	assert_int_equal(chmod(dir, 0755), 0);
	(void)snprintf(mounted, sizeof(mounted), "%s/mounted", dir);
	assert_int_equal(mkdir(mounted, 0755), 0);
	assert_int_equal(mount("test", mounted, "tmpfs", 0, "size=64k"), 0);
	assert_int_equal(test_dir_write(mounted, "secret", "text"), 0);
	assert_int_equal(begin(&seen, paths), 0);
	(void)snprintf(file, sizeof(file), "%s/secret", mounted);
	assert_int_equal(try_open(&seen, file, O_RDONLY), -ENOENT);
	end(&seen);
	assert_int_equal(umount(mounted), 0);
	test_dir_remove(dir);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_view_there_is_nothing),
		cmocka_unit_test(view_shows_its_paths_and_what_is_beneath),
		cmocka_unit_test(links_on_the_way_are_links_in_the_view),
		cmocka_unit_test(links_in_a_circle_are_an_error),
		cmocka_unit_test(view_is_read_only_without_set_uid_and_devices),
		cmocka_unit_test(mounts_beneath_the_view_are_not_shown),
	};
	const struct psd_words nothing = { .n = 0 };
	int ns[PSD_NS_COUNT];
	char why[256];
	const int skipped = spawn_rig_prepare();

	if (skipped != 0)
		return skipped;
	if (psd_namespaces_prepare(&nothing, false, ns, why, sizeof(why)) < 0) {
		printf("1..0 # SKIP no namespaces: %s\n", why);
		return 77;
	}
	psd_namespaces_close(ns);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
