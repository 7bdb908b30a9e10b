/* SPDX-License-Identifier: ISC */
/* The wall that stands when a helper finds a way to the file system. */
#include "common/fd.h"
#include "common/sys.h"
#include "daemon/landlock.h"
#include "tests/support/dir.h"
#include "tests/support/plan_rig.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

static const char plain[] = " one two\nLimitNOFILE=64";

static void
load(struct plan_rig *rig, const char *program, const char *helper_lines,
    const char *policy_lines)
{
	if (plan_rig_load(rig, program, helper_lines, policy_lines) < 0)
		fail_msg("%s", rig->diag.text);
}

static void
start(struct plan_rig *rig, bool without_listener)
{
	if (plan_rig_start(rig, without_listener) < 0)
		fail_msg("%s: %s", psd_step_name(rig->spawn.failure.step),
		    strerror(rig->spawn.failure.error));
}

static void
landlock_refuses_what_the_file_system_would_allow(void **state)
{
	static const char visible[] = "/tmp";
	const uint64_t create[6] = { (uint64_t)AT_FDCWD, 0, O_WRONLY | O_CREAT,
		0600 };
	struct plan_rig rig;
	struct psd_plan plan;
	long result;

	(void)state;
	load(&rig, "tiny_remote", plain,
	    "SystemCallFilter=@helper openat\nOnViolation=errno");
	/* In our own root, so that only Landlock is in the way. */
	plan = rig.prepared->plan;
	rig.prepared->plan.namespaces = NULL;
	start(&rig, true);
	result = spawn_rig_call_text(&rig.spawn, SYS_openat, 1,
	    "/tmp/privsep-landlock", create);
	assert_int_equal(result, -EACCES);
	result = spawn_rig_call_text(&rig.spawn, SYS_openat, 1, visible,
	    (uint64_t[6]){ (uint64_t)AT_FDCWD, 0, O_RDONLY | O_DIRECTORY });
	assert_int_equal(result, -EACCES);
	result = spawn_rig_call_text(&rig.spawn, SYS_openat, 1, "/etc/passwd",
	    (uint64_t[6]){ (uint64_t)AT_FDCWD, 0, O_RDONLY });
	assert_int_equal(result, -EACCES);
	/* Its own program may be read, as the file system says. */
	result =
	    spawn_rig_call_text(&rig.spawn, SYS_openat, 1, rig.spawn.program,
		(uint64_t[6]){ (uint64_t)AT_FDCWD, 0, O_RDONLY });
	assert_true(result >= 0);
	spawn_rig_stop(&rig.spawn);

	/* The oracle: without Landlock the same opens. */
	rig.prepared->plan.landlock_fd = PSD_NO_FD;
	start(&rig, true);
	result = spawn_rig_call_text(&rig.spawn, SYS_openat, 1, "/etc/passwd",
	    (uint64_t[6]){ (uint64_t)AT_FDCWD, 0, O_RDONLY });
	assert_true(result >= 0);
	rig.prepared->plan = plan;
	plan_rig_free(&rig);
}

/* Everything that Landlock of this kernel governs is refused. */
static void
writes_links_and_sockets_are_refused(void **state)
{
	static const uint64_t here = (uint64_t)AT_FDCWD;
	static const struct {
		long number;
		unsigned which;
		uint64_t args[6];
	} tries[] = {
		{ SYS_mkdirat, 1, { here, 0, 0700 } },
		{ SYS_mknodat, 1, { here, 0, 0010600 } },
		{ SYS_mknodat, 1, { here, 0, 0100600 } },
		{ SYS_unlinkat, 1, { here } },
		{ SYS_unlinkat, 1, { here, 0, AT_REMOVEDIR } },
		{ SYS_openat, 1, { here, 0, O_WRONLY | O_CREAT, 0600 } },
	};
	struct spawn_rig rig;
	char *dir = test_dir_make();
	char path[256];
	struct psd_words nothing = { .n = 0 };

	(void)state;
	assert_int_equal(chmod(dir, 0777), 0);
	(void)snprintf(path, sizeof(path), "%s/new", dir);
	assert_int_equal(spawn_rig_init(&rig, "tiny_remote"), 0);
	rig.plan.landlock_fd = psd_landlock_make(psd_sys_landlock_abi(),
	    &rig.plan.exec_fd, 1, &nothing, 0);
	assert_true(rig.plan.landlock_fd >= 0);
	assert_int_equal(spawn_rig_start(&rig), 0);
	for (size_t i = 0; i < sizeof(tries) / sizeof(tries[0]); i++) {
		const long r = spawn_rig_call_text(&rig, tries[i].number,
		    tries[i].which, path, tries[i].args);

		/* What is not there cannot be removed either. */
		if (r != -EACCES && r != -ENOENT)
			fail_msg("try %zu: %ld", i, r);
		assert_int_equal(access(path, F_OK), -1);
	}
	spawn_rig_stop(&rig);
	(void)close(rig.plan.landlock_fd);
	spawn_rig_free(&rig);
	test_dir_remove(dir);
}

/* The very inode of the view, neither its parent nor what lies beside it. */
static void
view_is_readable_and_no_more(void **state)
{
	const uint64_t read_args[6] = { (uint64_t)AT_FDCWD, 0, O_RDONLY };
	struct spawn_rig rig;
	char *dir = test_dir_make();
	char shown[256], file[512], beside[256];
	struct psd_word word = { .text = shown };
	const struct psd_words view = { .at = &word, .n = 1 };

	(void)state;
	(void)snprintf(shown, sizeof(shown), "%s/shown", dir);
	(void)snprintf(file, sizeof(file), "%s/file", shown);
	(void)snprintf(beside, sizeof(beside), "%s/beside", dir);
	assert_int_equal(chmod(dir, 0755), 0);
	assert_int_equal(mkdir(shown, 0755), 0);
	assert_int_equal(test_dir_write(shown, "file", "text"), 0);
	assert_int_equal(test_dir_write(dir, "beside", "text"), 0);
	assert_int_equal(spawn_rig_init(&rig, "tiny_remote"), 0);
	rig.plan.landlock_fd = psd_landlock_make(psd_sys_landlock_abi(),
	    &rig.plan.exec_fd, 1, &view, 0);
	assert_int_equal(spawn_rig_start(&rig), 0);
	assert_true(
	    spawn_rig_call_text(&rig, SYS_openat, 1, file, read_args) >= 0);
	assert_true(
	    spawn_rig_call_text(&rig, SYS_openat, 1, shown, read_args) >= 0);
	assert_int_equal(spawn_rig_call_text(&rig, SYS_openat, 1, beside,
			     read_args),
	    -EACCES);
	assert_int_equal(spawn_rig_call_text(&rig, SYS_openat, 1, dir,
			     read_args),
	    -EACCES);
	spawn_rig_stop(&rig);
	(void)close(rig.plan.landlock_fd);
	spawn_rig_free(&rig);
	test_dir_remove(dir);
}

/* The program itself is the one thing that may be executed. */
static void
nothing_but_the_program_is_executed(void **state)
{
	struct spawn_rig rig;
	const struct psd_words nothing = { .n = 0 };
	_cleanup_fd_ int other = PSD_NO_FD;
	char path[4096];

	(void)state;
	assert_int_equal(spawn_rig_init(&rig, "tiny_remote"), 0);
	rig.plan.landlock_fd = psd_landlock_make(psd_sys_landlock_abi(),
	    &rig.plan.exec_fd, 1, &nothing, 0);
	spawn_rig_program(path, sizeof(path), "tiny_exit");
	assert_int_equal(spawn_rig_start(&rig), 0);
	assert_int_equal(spawn_rig_call_text(&rig, SYS_execve, 0, path,
			     (uint64_t[6]){ 0 }),
	    -EACCES);
	spawn_rig_stop(&rig);

	/* And the wrong one is not even started. */
	other = open(path, O_PATH | O_CLOEXEC);
	psd_fd_cleanup(&rig.plan.exec_fd);
	rig.plan.exec_fd = psd_fd_take(&other);
	assert_int_equal(spawn_rig_start(&rig), -EACCES);
	assert_int_equal(rig.failure.step, PSD_STEP_EXEC);
	(void)close(rig.plan.landlock_fd);
	spawn_rig_free(&rig);
}

static void
version_that_is_unknown_is_treated_as_the_newest_known(void **state)
{
	const struct psd_words nothing = { .n = 0 };
	const int abi = psd_sys_landlock_abi();
	_cleanup_fd_ int program = open("/bin/true", O_PATH | O_CLOEXEC);

	(void)state;
	assert_int_equal(psd_landlock_make(0, &program, 1, &nothing, 0),
	    -EOPNOTSUPP);
	for (int i = 1; i <= abi + 10; i++) {
		_cleanup_fd_ int fd =
		    psd_landlock_make(i, &program, 1, &nothing, 0);

		assert_true(fd >= 0 || i > abi);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    landlock_refuses_what_the_file_system_would_allow),
		cmocka_unit_test(writes_links_and_sockets_are_refused),
		cmocka_unit_test(view_is_readable_and_no_more),
		cmocka_unit_test(nothing_but_the_program_is_executed),
		cmocka_unit_test(
		    version_that_is_unknown_is_treated_as_the_newest_known),
	};
	const int skipped = plan_rig_prepare();
	int failed;

	if (skipped != 0)
		return skipped;
	if ((plan_rig_host.layers & PSD_LAYER_LANDLOCK) == 0) {
		puts("1..0 # SKIP the kernel has no Landlock, or it is off");
		return 77;
	}
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	psd_host_free(&plan_rig_host);
	return failed;
}
