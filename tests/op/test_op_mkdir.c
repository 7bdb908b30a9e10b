/* SPDX-License-Identifier: ISC */
#include "common/mem.h"
#include "tests/support/path_rig.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static int
ask_mode(struct op_rig *rig, struct psd_str path, uint32_t mode)
{
	struct psd_mkdir_req req = { .path = path, .mode = mode };
	struct psd_mkdir_rep rep;

	return op_rig_ask(rig, PSD_OP_mkdir, &req, &rep);
}

static int
ask(struct op_rig *rig, struct psd_str path)
{
	return ask_mode(rig, path, 0755);
}

static int
ask_name(struct path_rig *rig, const char *name)
{
	return ask(&rig->op, op_rig_path(&rig->op, name));
}

static void
the_mode_is_exactly_what_was_asked_for(void **state)
{
	static const uint32_t modes[] = { 0, 0700, 0755, 0777, 0222 };
	struct path_rig rig;
	struct stat status;

	(void)state;
	path_rig_start(&rig, "AllowMkdir=%s/**");
	/* Whatever the parent gives on, and with the daemon's umask. */
	assert_int_equal(chmod(op_rig_path(&rig.op, "sub").at, 02755), 0);
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		const struct psd_str path = op_rig_path(&rig.op, "sub/new");

		assert_int_equal(ask_mode(&rig.op, path, modes[i]), 0);
		assert_int_equal(stat(path.at, &status), 0);
		assert_int_equal(status.st_mode, S_IFDIR | modes[i]);
		assert_int_equal(status.st_uid, geteuid());
		assert_int_equal(rmdir(path.at), 0);
	}
	path_rig_stop(&rig);
}

static void
what_is_there_is_left_alone(void **state)
{
	static const char *const names[] = { "file", "sub", "sub/empty", "link",
		"name", "dangling", "magic" };
	struct path_rig rig;
	_cleanup_free_ char *before = NULL, *after = NULL;

	(void)state;
	path_rig_start(&rig, "AllowMkdir=%s/**");
	before = path_rig_snapshot(rig.outer);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_int_equal(ask_name(&rig, names[i]), -EEXIST);
	assert_int_equal(ask_name(&rig, "none/new"), -ENOENT);
	assert_int_equal(ask_name(&rig, "file/new"), -ENOTDIR);
	after = path_rig_snapshot(rig.outer);
	assert_string_equal(before, after);
	path_rig_stop(&rig);
}

static void
nothing_is_made_outside_the_grant(void **state)
{
	struct path_rig rig;
	char name[NAME_MAX + 2];

	(void)state;
	path_rig_start(&rig, "AllowMkdir=%s/**");
	path_rig_check_refused(&rig, ask);
	assert_int_equal(ask(&rig.op, psd_str_of(rig.op.dir)), -EPERM);
	assert_int_equal(ask_name(&rig, "link/new"), -EPERM);
	memset(name, 'n', sizeof(name) - 1);
	name[NAME_MAX + 1] = '\0';
	assert_int_equal(ask_name(&rig, name), -ENAMETOOLONG);
	name[NAME_MAX] = '\0';
	assert_int_equal(ask_name(&rig, name), 0);
	path_rig_stop(&rig);
}

static void
clear(int directory)
{
	(void)unlinkat(directory, "victim", AT_REMOVEDIR);
}

/* In "out" a victim exists, so that making one there would be told too. */
static void
a_directory_swapped_for_a_link_leads_nowhere(void **state)
{
	struct path_rig rig;

	(void)state;
	path_rig_start(&rig, "AllowMkdir=%s/**");
	path_rig_race(&rig, ask, clear);
	path_rig_stop(&rig);
}

struct swapping {
	int dir;
	atomic_bool is_over;
};

static void *
swap(void *argument)
{
	struct swapping *swapping = argument;

	while (!atomic_load(&swapping->is_over))
		(void)renameat2(swapping->dir, "made", swapping->dir, "theirs",
		    RENAME_EXCHANGE);
	return NULL;
}

/* Who may write in the parent can exchange what was made before it is ours. */
static void
anothers_directory_in_its_place_is_left_alone(void **state)
{
	struct swapping swapping = { .is_over = false };
	struct path_rig rig;
	struct stat status;
	pthread_t thread;
	int theirs;

	(void)state;
	path_rig_start(&rig, "AllowMkdir=%s/** owner=12346");
	swapping.dir = open(rig.op.dir, O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(mkdir(op_rig_path(&rig.op, "theirs").at, 0700), 0);
	assert_int_equal(mkdir(op_rig_path(&rig.op, "theirs/full").at, 0700),
	    0);
	theirs =
	    open(op_rig_path(&rig.op, "theirs").at, O_DIRECTORY | O_CLOEXEC);
	assert_true(swapping.dir >= 0 && theirs >= 0);
	if (fchown(theirs, 12345, 12345) < 0) {
		assert_int_equal(close(theirs), 0);
		assert_int_equal(close(swapping.dir), 0);
		path_rig_stop(&rig);
		print_message("SKIP: only root can give directories away\n");
		skip();
	}
	assert_int_equal(pthread_create(&thread, NULL, swap, &swapping), 0);
	for (int i = 0; i < 20000; i++) {
		(void)ask_mode(&rig.op, op_rig_path(&rig.op, "made"), 0777);
		/* Of the two, only what was made is empty. */
		(void)unlinkat(swapping.dir, "made", AT_REMOVEDIR);
		(void)unlinkat(swapping.dir, "theirs", AT_REMOVEDIR);
		(void)renameat2(swapping.dir, "made", swapping.dir, "theirs",
		    RENAME_NOREPLACE);
	}
	atomic_store(&swapping.is_over, true);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(fstat(theirs, &status), 0);
	assert_int_equal(status.st_uid, 12345);
	assert_int_equal(status.st_mode, S_IFDIR | 0700);
	assert_int_equal(close(theirs), 0);
	assert_int_equal(close(swapping.dir), 0);
	path_rig_stop(&rig);
}

static void
the_owner_gets_it_with_what_the_row_keeps(void **state)
{
	static const cap_value_t kept[] = { CAP_DAC_READ_SEARCH,
		CAP_DAC_OVERRIDE, CAP_CHOWN };
	struct path_rig rig;
	struct stat status;
	cap_t all, few;

	(void)state;
	if (geteuid() != 0) {
		print_message("SKIP: only root can give directories away\n");
		skip();
	}
	path_rig_start(&rig, "AllowMkdir=%s/** owner=12345");
	all = cap_get_proc();
	few = cap_dup(all);
	assert_non_null(few);
	assert_int_equal(cap_clear_flag(few, CAP_EFFECTIVE), 0);
	assert_int_equal(cap_set_flag(few, CAP_EFFECTIVE, 3, kept, CAP_SET), 0);
	assert_int_equal(cap_set_proc(few), 0);
	assert_int_equal(ask_mode(&rig.op, op_rig_path(&rig.op, "new"), 0750),
	    0);
	assert_int_equal(cap_set_proc(all), 0);
	assert_int_equal(stat(op_rig_path(&rig.op, "new").at, &status), 0);
	assert_int_equal(status.st_uid, 12345);
	assert_int_equal(status.st_mode, S_IFDIR | 0750);
	assert_int_equal(cap_free(all), 0);
	assert_int_equal(cap_free(few), 0);
	path_rig_stop(&rig);
}

static void
another_mount_is_entered_with_xdev_only(void **state)
{
	struct path_rig rig;

	(void)state;
	if (!path_rig_may_mount())
		skip();
	path_rig_start(&rig, "AllowMkdir=%s/**");
	path_rig_mount(&rig);
	assert_int_equal(ask_name(&rig, "mount/new"), -EPERM);
	path_rig_stop(&rig);
	path_rig_start(&rig, "AllowMkdir=%s/** xdev");
	path_rig_mount(&rig);
	assert_int_equal(ask_name(&rig, "mount/new"), 0);
	path_rig_stop(&rig);
}

static void
a_malformed_mkdir_ends_the_conversation(void **state)
{
	struct psd_mkdir_req req = { .path = psd_str_of("/etc/x") };

	(void)state;
	op_rig_check_malformed("AllowMkdir=%s/**", PSD_OP_mkdir, &req);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_mode_is_exactly_what_was_asked_for),
		cmocka_unit_test(what_is_there_is_left_alone),
		cmocka_unit_test(nothing_is_made_outside_the_grant),
		cmocka_unit_test(a_directory_swapped_for_a_link_leads_nowhere),
		cmocka_unit_test(anothers_directory_in_its_place_is_left_alone),
		cmocka_unit_test(the_owner_gets_it_with_what_the_row_keeps),
		cmocka_unit_test(another_mount_is_entered_with_xdev_only),
		cmocka_unit_test(a_malformed_mkdir_ends_the_conversation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
