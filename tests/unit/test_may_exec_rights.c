/* SPDX-License-Identifier: ISC */
/* What a helper starts by AllowExec= has what the helper has, and no more. */
#include "tests/unit/may_exec_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cmocka.h>

static void
begin(struct plan_rig *rig, const char *program)
{
	char lines[1024];

	(void)snprintf(lines, sizeof(lines),
	    "SystemCallFilter=@helper @processes openat setresuid\n"
	    "OnViolation=errno\nAllowExec=%s",
	    program);
	if (plan_rig_load(rig, "tiny_remote", "\nLimitNOFILE=64", lines) < 0)
		fail_msg("%s", rig->diag.text);
	start(rig);
}

/* The other program answers next, by the end that it inherited. */
static void
execute(struct plan_rig *rig, const char *path)
{
	static struct remote_call call;
	char found[4096];

	call = (struct remote_call){
		.number = SYS_execve,
		.pointers = 1,
	};
	(void)snprintf((char *)call.bytes, sizeof(call.bytes), "%s", path);
	assert_int_equal(send(rig->spawn.pair, &call, sizeof(call),
			     MSG_NOSIGNAL),
	    sizeof(call));
	assert_int_equal(spawn_rig_call(&rig->spawn, SYS_getpid,
			     (uint64_t[6]){ 0 }),
	    rig->spawn.child.pid);
	spawn_rig_link(&rig->spawn, "exe", found, sizeof(found));
	assert_string_equal(strrchr(found, '/'), strrchr(path, '/'));
}

static void
expect_status(const struct plan_rig *rig, const char *name, const char *value)
{
	char text[256];

	spawn_rig_status(&rig->spawn, name, text, sizeof(text));
	assert_string_equal(text, value);
}

static void
expect_no_rights(struct plan_rig *rig)
{
	const uid_t uid = spawn_rig_uid();
	char ids[128];

	(void)snprintf(ids, sizeof(ids), "%u\t%u\t%u\t%u", uid, uid, uid, uid);
	expect_status(rig, "Uid", ids);
	expect_status(rig, "Gid", ids);
	expect_status(rig, "CapInh", "0000000000000000");
	expect_status(rig, "CapPrm", "0000000000000000");
	expect_status(rig, "CapEff", "0000000000000000");
	expect_status(rig, "CapAmb", "0000000000000000");
	expect_status(rig, "NoNewPrivs", "1");
	expect_status(rig, "Seccomp", "2");
	assert_int_equal(spawn_rig_call(&rig->spawn, SYS_setresuid,
			     (uint64_t[6]){ 0 }),
	    -EPERM);
}

static void
check_with_all_bounds(const char *path)
{
	for (size_t i = 0; i < sizeof(bounds) / sizeof(bounds[0]); i++) {
		struct plan_rig rig;

		if (!bound_by(bounds[i]))
			continue;
		begin(&rig, path);
		execute(&rig, path);
		expect_no_rights(&rig);
		plan_rig_free(&rig);
	}
	(void)bound_by(all_layers & bounds[0]);
}

static void
set_uid_program_gains_nothing(void **state)
{
	const char *path = place("set-uid");

	(void)state;
	copy_program("tiny_remote", "set-uid");
	assert_int_equal(chown(path, 0, 0), 0);
	assert_int_equal(chmod(path, 06755), 0);
	check_with_all_bounds(path);
}

/*
 * Without the flag by which they come into effect at once: with it, and with
 * an empty bounding set, the kernel does not even start the program.
 */
static void
program_with_file_capabilities_gains_nothing(void **state)
{
	const struct vfs_cap_data all = {
		.magic_etc = VFS_CAP_REVISION_2,
		.data = { { UINT32_MAX, UINT32_MAX }, { 0xff, 0xff } },
	};
	const char *path = place("capable");

	(void)state;
	copy_program("tiny_remote", "capable");
	if (setxattr(path, "security.capability", &all, sizeof(all), 0) < 0) {
		print_message("SKIP: no file capabilities: %s\n",
		    strerror(errno));
		skip();
	}
	check_with_all_bounds(path);
}

static void
started_program_is_confined_as_its_helper(void **state)
{
	const uint64_t inet[6] = { AF_INET, SOCK_STREAM };
	const uint64_t read_args[6] = { (uint64_t)AT_FDCWD, 0, O_RDONLY };
	struct plan_rig rig;
	const char *path = place("started");

	(void)state;
	copy_program("tiny_remote", "started");
	begin(&rig, path);
	execute(&rig, path);
	expect_no_rights(&rig);
	assert_int_equal(spawn_rig_call(&rig.spawn, SYS_socket, inet), -EPERM);
	assert_true(spawn_rig_call_text(&rig.spawn, SYS_openat, 1,
			"/etc/passwd", read_args) < 0);
	assert_true(spawn_rig_call_text(&rig.spawn, SYS_execve, 0, "/bin/true",
			(uint64_t[6]){ 0 }) < 0);
	/* The number of the one exec is as dead as ever. */
	assert_int_equal(spawn_rig_call_text(&rig.spawn, SYS_execveat, 1, "",
			     (uint64_t[6]){ 64, 0, 0, 0, AT_EMPTY_PATH }),
	    -EPERM);
	/* Itself it may be started again, being named. */
	execute(&rig, path);
	plan_rig_free(&rig);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(set_uid_program_gains_nothing),
		cmocka_unit_test(program_with_file_capabilities_gains_nothing),
		cmocka_unit_test(started_program_is_confined_as_its_helper),
	};
	const int skipped = begin_tests();
	int failed;

	if (skipped != 0)
		return skipped;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	end_tests();
	return failed;
}
