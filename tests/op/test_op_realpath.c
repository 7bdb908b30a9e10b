/* SPDX-License-Identifier: ISC */
#include "common/mem.h"
#include "tests/support/path_rig.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char told[PATH_MAX];

static int
ask(struct op_rig *rig, struct psd_str path)
{
	struct psd_realpath_req req = { .path = path };
	const uint32_t id = op_rig_send(rig, PSD_OP_realpath, &req);
	struct psd_realpath_rep rep;
	const int r = op_rig_take(rig, PSD_OP_realpath, id, &rep);

	if (r == 0)
		memcpy(told, rep.resolved.at, (size_t)rep.resolved.len + 1);
	return r;
}

static int
ask_name(struct path_rig *rig, const char *name)
{
	return ask(&rig->op, op_rig_path(&rig->op, name));
}

static void
link_to(struct path_rig *rig, const char *target, const char *name)
{
	assert_int_equal(symlink(target, op_rig_path(&rig->op, name).at), 0);
}

static void
check_equal(struct path_rig *rig, const char *path)
{
	_cleanup_free_ char *own = NULL;
	int r;

	own = realpath(path, NULL);
	r = own == NULL ? -errno : 0;
	assert_int_equal(ask(&rig->op, psd_str_of(path)), r);
	if (r == 0)
		assert_string_equal(told, own);
}

static void
the_answer_equals_that_of_the_c_library(void **state)
{
	static const char *const names[] = { "", "/file", "/sub", "/sub/file",
		"/fifo", "/one", "/two", "/two/file", "/up", "/self",
		"/self/self/file", "/none", "/dangling", "/file/below", "/loop",
		"/odd\n (deleted)" };
	static const char *const policies[] = { "AllowRealpath=%s/** follow",
		"AllowRealpath=/** follow xdev" };
	char path[PATH_MAX];
	struct path_rig rig;

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(policies); i++) {
		path_rig_start(&rig, policies[i]);
		assert_int_equal(mkfifo(op_rig_path(&rig.op, "fifo").at, 0600),
		    0);
		assert_int_equal(
		    mkdir(op_rig_path(&rig.op, "odd\n (deleted)").at, 0700), 0);
		link_to(&rig, "sub", "one");
		link_to(&rig, "./one", "two");
		link_to(&rig, "sub/../file", "up");
		link_to(&rig, ".", "self");
		for (size_t k = 0; k < PSD_ELEMENTS(names); k++) {
			(void)snprintf(path, sizeof(path), "%s%s", rig.op.dir,
			    names[k]);
			check_equal(&rig, path);
		}
		path_rig_stop(&rig);
	}
}

/* Absolute links, links above the root, other mounts. */
static void
everything_is_told_where_everything_is_granted(void **state)
{
	static const char *const paths[] = { "/", "/etc", "/etc/passwd", "/bin",
		"/bin/sh", "/lib", "/dev/null", "/dev/shm", "/proc/meminfo",
		"/var/run", "/var/lock", "/etc/mtab", "/usr/bin/awk",
		"/usr/bin/env", "/none", "/etc/passwd/none" };
	struct path_rig rig;

	(void)state;
	path_rig_start(&rig, "AllowRealpath=/** follow xdev");
	for (size_t i = 0; i < PSD_ELEMENTS(paths); i++)
		check_equal(&rig, paths[i]);
	link_to(&rig, "/etc/passwd", "absolute");
	link_to(&rig, "../../../../../../../../etc/passwd", "above");
	assert_int_equal(ask_name(&rig, "absolute"), 0);
	assert_string_equal(told, "/etc/passwd");
	assert_int_equal(ask_name(&rig, "above"), 0);
	assert_string_equal(told, "/etc/passwd");
	/* What a process has open is nobody's path. */
	assert_int_equal(ask(&rig.op, psd_str_of("/proc/self/exe")), -EPERM);
	assert_int_equal(ask(&rig.op, psd_str_of("/proc/self/fd/0")), -EPERM);
	path_rig_stop(&rig);
}

static void
nothing_outside_the_grant_is_told(void **state)
{
	struct path_rig rig;

	(void)state;
	path_rig_start(&rig, "AllowRealpath=%s/** follow");
	path_rig_check_refused(&rig, ask);
	path_rig_check_lengths(&rig, ask);
	assert_int_equal(ask_name(&rig, "name"), -EPERM);
	assert_int_equal(ask_name(&rig, "link"), -EPERM);
	path_rig_stop(&rig);
}

static void
without_follow_no_link_is_told_of(void **state)
{
	struct path_rig rig;

	(void)state;
	path_rig_start(&rig, "AllowRealpath=%s/**");
	path_rig_check_refused(&rig, ask);
	link_to(&rig, "sub", "one");
	assert_int_equal(ask_name(&rig, "one"), -EPERM);
	assert_int_equal(ask_name(&rig, "one/file"), -EPERM);
	assert_int_equal(ask_name(&rig, "dangling"), -EPERM);
	assert_int_equal(ask_name(&rig, "sub/file"), 0);
	assert_string_equal(told, op_rig_path(&rig.op, "sub/file").at);
	path_rig_stop(&rig);
}

static void
a_link_to_what_the_policy_denies_is_refused(void **state)
{
	struct path_rig rig;

	(void)state;
	path_rig_start(&rig,
	    "AllowRealpath=%s/** follow\nDenyRealpath=%s/hidden/**");
	assert_int_equal(mkdir(op_rig_path(&rig.op, "hidden").at, 0755), 0);
	link_to(&rig, "hidden", "to");
	assert_int_equal(ask_name(&rig, "to"), -EPERM);
	path_rig_stop(&rig);
}

/* A directory that was moved is the one that the policy named all the same. */
static void
a_moved_directory_is_spelt_as_the_policy_spells_it(void **state)
{
	_cleanup_free_ char *moved = NULL;
	char spelt[PATH_MAX];
	struct path_rig rig;

	(void)state;
	path_rig_start(&rig, "AllowRealpath=%s/** follow");
	link_to(&rig, "sub/file", "one");
	(void)snprintf(spelt, sizeof(spelt), "%s/sub/file", rig.op.dir);
	assert_true(asprintf(&moved, "%s/moved", rig.outer) > 0);
	assert_int_equal(rename(rig.op.dir, moved), 0);
	assert_int_equal(ask_name(&rig, "one"), 0);
	assert_string_equal(told, spelt);
	assert_int_equal(ask(&rig.op, psd_str_of(moved)), -EPERM);
	assert_int_equal(rename(moved, rig.op.dir), 0);
	path_rig_stop(&rig);
}

static void
another_mount_is_told_of_with_xdev_only(void **state)
{
	static const char *const policies[] = { "AllowRealpath=%s/** follow",
		"AllowRealpath=%s/** follow xdev" };
	struct path_rig rig;

	(void)state;
	if (!path_rig_may_mount())
		skip();
	for (size_t i = 0; i < 2; i++) {
		path_rig_start(&rig, policies[i]);
		path_rig_mount(&rig);
		link_to(&rig, "mount/file", "one");
		assert_int_equal(ask_name(&rig, "one"), i == 0 ? -EPERM : 0);
		assert_int_equal(ask_name(&rig, "mount/file"),
		    i == 0 ? -EPERM : 0);
		path_rig_stop(&rig);
	}
}

static void
a_file_of_another_owner_is_refused(void **state)
{
	struct path_rig rig;

	(void)state;
	path_rig_start(&rig, "AllowRealpath=%s/** owner=12345");
	assert_int_equal(ask_name(&rig, "file"), -EPERM);
	if (chown(op_rig_path(&rig.op, "file").at, 12345, 12345) == 0)
		assert_int_equal(ask_name(&rig, "file"), 0);
	path_rig_stop(&rig);
}

static atomic_bool is_over;

/* Gives the file its name and takes it away, for as long as we ask. */
static void *
come_and_go(void *argument)
{
	const char *path = argument;
	_cleanup_free_ char *other = NULL;

	if (asprintf(&other, "%s.other", path) < 0)
		return NULL;
	if (link(path, other) < 0)
		return NULL;
	while (!atomic_load(&is_over))
		if (unlink(path) < 0 || link(other, path) < 0)
			break;
	return NULL;
}

/* The kernel tells such a name with a remark behind it. */
static void
a_name_that_is_gone_is_not_told(void **state)
{
	enum { ASKED = 20000 };
	_cleanup_free_ char *path = NULL;
	struct path_rig rig;
	pthread_t thread;

	(void)state;
	path_rig_start(&rig, "AllowRealpath=%s/** follow");
	path = strdup(op_rig_path(&rig.op, "file").at);
	assert_non_null(path);
	atomic_store(&is_over, false);
	assert_int_equal(pthread_create(&thread, NULL, come_and_go, path), 0);
	for (int i = 0; i < ASKED; i++) {
		const int r = ask_name(&rig, "file");

		assert_true(r == 0 || r == -ENOENT);
		if (r == 0)
			assert_string_equal(told, path);
	}
	atomic_store(&is_over, true);
	assert_int_equal(pthread_join(thread, NULL), 0);
	path_rig_stop(&rig);
}

static void
a_malformed_realpath_ends_the_conversation(void **state)
{
	struct psd_realpath_req req = { .path = psd_str_of("/etc/x") };

	(void)state;
	op_rig_check_malformed("AllowRealpath=%s/**", PSD_OP_realpath, &req);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_answer_equals_that_of_the_c_library),
		cmocka_unit_test(
		    everything_is_told_where_everything_is_granted),
		cmocka_unit_test(nothing_outside_the_grant_is_told),
		cmocka_unit_test(without_follow_no_link_is_told_of),
		cmocka_unit_test(a_link_to_what_the_policy_denies_is_refused),
		cmocka_unit_test(
		    a_moved_directory_is_spelt_as_the_policy_spells_it),
		cmocka_unit_test(another_mount_is_told_of_with_xdev_only),
		cmocka_unit_test(a_file_of_another_owner_is_refused),
		cmocka_unit_test(a_name_that_is_gone_is_not_told),
		cmocka_unit_test(a_malformed_realpath_ends_the_conversation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
