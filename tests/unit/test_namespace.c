/* SPDX-License-Identifier: ISC */
/* What a helper sees of the machine: the view, and nothing else. */
#include "common/fd.h"
#include "daemon/namespace.h"
#include "tests/support/child.h"
#include "tests/support/deny.h"
#include "tests/support/dir.h"
#include "tests/support/expect.h"
#include "tests/support/fds.h"
#include "tests/support/spawn_rig.h"

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
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

/* A helper in namespaces that show these paths. */
struct seen {
	struct spawn_rig rig;
	struct psd_word words[8];
	struct psd_words view;
	int ns[PSD_NS_COUNT];
};

static int
begin(struct seen *seen, const char *const *paths)
{
	char why[256] = "";
	int r = spawn_rig_init(&seen->rig, "tiny_remote");

	if (r < 0)
		return r;
	seen->view = (struct psd_words){ .at = seen->words };
	for (; *paths != NULL; paths++)
		seen->words[seen->view.n++].text = *paths;
	r = psd_namespaces_prepare(&seen->view, seen->ns, why, sizeof(why));
	if (r < 0) {
		print_error("no namespaces: %s\n", why);
		return r;
	}
	seen->rig.plan.namespaces = seen->ns;
	return spawn_rig_start(&seen->rig);
}

static void
end(struct seen *seen)
{
	spawn_rig_stop(&seen->rig);
	spawn_rig_free(&seen->rig);
	psd_namespaces_close(seen->ns);
}

/* open(2) by the helper: a descriptor or -errno. */
static long
try_open(struct seen *seen, const char *path, int flags)
{
	const uint64_t args[6] = { (uint64_t)AT_FDCWD, 0, (uint64_t)flags,
		0644 };

	return spawn_rig_call_text(&seen->rig, SYS_openat, 1, path, args);
}

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

static void
network_has_a_loopback_that_is_down(void **state)
{
	static const char *const nothing[] = { NULL };
	struct seen seen;
	char text[4096];
	const char *at;

	(void)state;
	assert_int_equal(begin(&seen, nothing), 0);
	(void)spawn_rig_proc(&seen.rig, "net/dev", text, sizeof(text));
	/* Two lines of heading, one of an interface. */
	at = strchr(strchr(text, '\n') + 1, '\n') + 1;
	assert_int_equal(strncmp(at + strspn(at, " "), "lo:", 3), 0);
	assert_string_equal(strchr(at, '\n'), "\n");
	(void)spawn_rig_proc(&seen.rig, "net/route", text, sizeof(text));
	at = strchr(text, '\n');
	assert_true(at == NULL || at[1] == '\0');
	(void)spawn_rig_proc(&seen.rig, "net/fib_trie", text, sizeof(text));
	assert_null(strstr(text, "127.0.0.1"));
	end(&seen);
}

static void
host_name_says_nothing(void **state)
{
	static const char *const nothing[] = { NULL };
	struct remote_call call = { .number = SYS_uname, .pointers = 1 };
	struct seen seen;

	(void)state;
	assert_int_equal(begin(&seen, nothing), 0);
	assert_int_equal(write(seen.rig.pair, &call, sizeof(call)),
	    sizeof(call));
	assert_int_equal(read(seen.rig.pair, &seen.rig.result,
			     sizeof(seen.rig.result)),
	    sizeof(seen.rig.result));
	/* The second of struct utsname's fields of 65 bytes. */
	assert_string_equal((char *)seen.rig.result.bytes + 65, "privsep");
	end(&seen);
}

static void
our_own_root_and_namespaces_stay(void **state)
{
	static const char *const paths[] = { "/usr/lib", NULL };
	static const char *const links[] = { "/proc/self/ns/mnt",
		"/proc/self/ns/net", "/proc/self/ns/ipc", "/proc/self/ns/uts",
		"/proc/self/root", "/proc/self/cwd" };
	char before[6][64], after[64];
	struct seen seen;
	size_t fds;

	(void)state;
	for (size_t i = 0; i < 6; i++) {
		memset(before[i], 0, 64);
		assert_true(readlink(links[i], before[i], 63) > 0);
	}
	fds = test_fds_count();
	assert_int_equal(begin(&seen, paths), 0);
	for (size_t i = 0; i < 6; i++) {
		char name[32];

		memset(after, 0, sizeof(after));
		assert_true(readlink(links[i], after, 63) > 0);
		assert_string_equal(after, before[i]);
		(void)snprintf(name, sizeof(name), "%s",
		    links[i] + strlen("/proc/self/"));
		spawn_rig_link(&seen.rig, name, after, sizeof(after));
		if (i < 4)
			assert_string_not_equal(after, before[i]);
	}
	end(&seen);
	assert_int_equal(test_fds_count(), fds);
}

static int
prepare_with_denied(void *argument)
{
	const int *call = argument;
	struct psd_words nothing = { .n = 0 };
	int ns[PSD_NS_COUNT];
	char why[256] = "";
	size_t before;

	TEST_EXPECT(test_deny(*call, EPERM) == 0);
	before = test_fds_count();
	TEST_EXPECT(
	    psd_namespaces_prepare(&nothing, ns, why, sizeof(why)) == -EPERM);
	TEST_EXPECT(strstr(why, "Operation not permitted") != NULL);
	TEST_EXPECT(test_fds_count() == before);
	return 0;
}

static void
keeper_that_fails_says_why(void **state)
{
	int calls[] = { SYS_unshare, SYS_mount, SYS_sethostname, SYS_pivot_root,
		SYS_umount2 };

	(void)state;
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		assert_int_equal(test_child_exit_status(
				     test_child_start(prepare_with_denied,
					 &calls[i])),
		    0);
}

/* As before Linux 5.12, and in sandboxes that know the old calls only. */
static int
see_without_new_calls(void *argument)
{
	static const char *const paths[] = { "/usr/lib", "/etc/passwd", NULL };
	const int *call = argument;
	struct seen seen;
	char text[4096];

	TEST_EXPECT(test_deny(*call, ENOSYS) == 0);
	TEST_EXPECT(begin(&seen, paths) == 0);
	(void)spawn_rig_proc(&seen.rig, "mountinfo", text, sizeof(text));
	TEST_EXPECT(strstr(text, " /usr/lib ro,nosuid,nodev") != NULL);
	TEST_EXPECT(strstr(text, " /etc/passwd ro,nosuid,nodev") != NULL);
	TEST_EXPECT(try_open(&seen, "/etc/passwd", O_RDONLY) >= 0);
	end(&seen);
	return 0;
}

static void
old_calls_do_where_new_ones_are_missing(void **state)
{
	int calls[] = { SYS_mount_setattr, SYS_open_tree, SYS_move_mount };

	(void)state;
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		assert_int_equal(test_child_exit_status(
				     test_child_start(see_without_new_calls,
					 &calls[i])),
		    0);
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
		cmocka_unit_test(network_has_a_loopback_that_is_down),
		cmocka_unit_test(host_name_says_nothing),
		cmocka_unit_test(our_own_root_and_namespaces_stay),
		cmocka_unit_test(keeper_that_fails_says_why),
		cmocka_unit_test(old_calls_do_where_new_ones_are_missing),
	};
	const struct psd_words nothing = { .n = 0 };
	int ns[PSD_NS_COUNT];
	char why[256];
	const int skipped = spawn_rig_prepare();

	if (skipped != 0)
		return skipped;
	if (psd_namespaces_prepare(&nothing, ns, why, sizeof(why)) < 0) {
		printf("1..0 # SKIP no namespaces: %s\n", why);
		return 77;
	}
	psd_namespaces_close(ns);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
