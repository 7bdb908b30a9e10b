/* SPDX-License-Identifier: ISC */
/* A helper is executed once, and never again, by whatever route. */
#include "tests/support/plan_rig.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <cmocka.h>

enum { NOFILE = 64, EXEC_NUMBER = NOFILE };

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

/*
 * The calls that prepare an exec are allowed by this policy, so that what
 * refuses is the exec itself.
 */
static const char executing[] =
    "SystemCallFilter=@helper dup dup3 fcntl prlimit64 memfd_create openat "
    "recvmsg sendmsg\nOnViolation=errno";

static long
call(struct plan_rig *rig, long number, uint64_t a, uint64_t b, uint64_t c,
    uint64_t d, uint64_t e)
{
	const uint64_t args[6] = { a, b, c, d, e };

	return spawn_rig_call(&rig->spawn, number, args);
}

static void
number_of_the_executable_cannot_come_back(void **state)
{
	const struct rlimit high = { 4096, 4096 };
	struct plan_rig rig;
	struct remote_call raise = {
		.number = SYS_prlimit64,
		.args = { 0, RLIMIT_NOFILE, 0 },
		.pointers = 1 << 2,
	};

	(void)state;
	load(&rig, "tiny_remote", plain, executing);
	start(&rig, true);
	assert_int_equal(call(&rig, SYS_dup3, 0, EXEC_NUMBER, 0, 0, 0), -EBADF);
	assert_int_equal(call(&rig, SYS_dup3, 0, EXEC_NUMBER - 1, 0, 0, 0),
	    EXEC_NUMBER - 1);
	assert_int_equal(call(&rig, SYS_fcntl, 0, F_DUPFD, EXEC_NUMBER, 0, 0),
	    -EINVAL);
	/* All below are taken: the next one is not the number above. */
	for (int i = 4; i < EXEC_NUMBER - 1; i++)
		assert_int_equal(call(&rig, SYS_dup, 0, 0, 0, 0, 0), i);
	assert_int_equal(call(&rig, SYS_dup, 0, 0, 0, 0, 0), -EMFILE);
	assert_int_equal(call(&rig, SYS_memfd_create, 0, 0, 0, 0, 0), -EFAULT);
	memcpy(raise.bytes, &high, sizeof(high));
	assert_int_equal(send(rig.spawn.pair, &raise, sizeof(raise),
			     MSG_NOSIGNAL),
	    sizeof(raise));
	assert_int_equal(recv(rig.spawn.pair, &rig.spawn.result,
			     sizeof(rig.spawn.result), 0),
	    sizeof(rig.spawn.result));
	assert_int_equal(rig.spawn.result.result, -EPERM);
	plan_rig_free(&rig);
}

static void
nothing_is_executed_a_second_time(void **state)
{
	const uint64_t empty_path = AT_EMPTY_PATH;
	const uint64_t here = (uint64_t)AT_FDCWD;
	struct plan_rig rig;
	long program;
	const uint64_t open_args[6] = { here, 0, O_RDONLY };
	const uint64_t memory_args[6] = { 0 };
	long memory;

	(void)state;
	load(&rig, "tiny_remote", plain,
	    "AllowOpen=@runtime\n"
	    "SystemCallFilter=@helper dup3 fcntl memfd_create openat\n"
	    "OnViolation=errno");
	start(&rig, true);
	/* The call that is allowed needs an address nobody here can know. */
	assert_int_equal(spawn_rig_call_text(&rig.spawn, SYS_execveat, 1, "",
			     (uint64_t[6]){ EXEC_NUMBER, 0, 0, 0, empty_path }),
	    -EPERM);
	/* Else an absolute path would do: its descriptor is not looked at. */
	assert_int_equal(spawn_rig_call_text(&rig.spawn, SYS_execveat, 1,
			     "/lib64/ld-linux-x86-64.so.2",
			     (uint64_t[6]){ EXEC_NUMBER, 0, 0, 0, empty_path }),
	    -EPERM);
	/* A program of the view: by name, by descriptor, and as the loader. */
	program = spawn_rig_call_text(&rig.spawn, SYS_openat, 1,
	    "/lib64/ld-linux-x86-64.so.2", open_args);
	if (program == -ENOENT)
		program = spawn_rig_call_text(&rig.spawn, SYS_openat, 1,
		    "/lib/ld-linux-aarch64.so.1", open_args);
	assert_true(program >= 0);
	assert_int_equal(spawn_rig_call_text(&rig.spawn, SYS_execve, 0,
			     "/lib64/ld-linux-x86-64.so.2", open_args),
	    -EPERM);
	assert_int_equal(spawn_rig_call_text(&rig.spawn, SYS_execveat, 1,
			     "/lib64/ld-linux-x86-64.so.2",
			     (uint64_t[6]){ here }),
	    -EPERM);
	assert_int_equal(spawn_rig_call_text(&rig.spawn, SYS_execveat, 1, "",
			     (uint64_t[6]){ (uint64_t)program, 0, 0, 0,
				 empty_path }),
	    -EPERM);
	/* The right number with other flags, or in disguise. */
	assert_int_equal(spawn_rig_call_text(&rig.spawn, SYS_execveat, 1,
			     "/lib64/ld-linux-x86-64.so.2",
			     (uint64_t[6]){ EXEC_NUMBER }),
	    -EPERM);
	assert_int_equal(spawn_rig_call_text(&rig.spawn, SYS_execveat, 1, "",
			     (uint64_t[6]){ EXEC_NUMBER, 0, 0, 0,
				 empty_path | AT_SYMLINK_NOFOLLOW }),
	    -EPERM);
	/* Memory as a file. */
	memory = spawn_rig_call_text(&rig.spawn, SYS_memfd_create, 0, "x",
	    memory_args);
	assert_true(memory >= 0);
	assert_int_equal(spawn_rig_call_text(&rig.spawn, SYS_execveat, 1, "",
			     (uint64_t[6]){ (uint64_t)memory, 0, 0, 0,
				 empty_path }),
	    -EPERM);
	plan_rig_free(&rig);
}

/* The report socket's number is as dead as the executable's. */
static void
nothing_is_sent_by_the_report_sockets_number(void **state)
{
	struct plan_rig rig;

	(void)state;
	load(&rig, "tiny_remote", plain,
	    "SystemCallFilter=@helper dup3\nOnViolation=errno");
	start(&rig, true);
	assert_int_equal(call(&rig, SYS_sendmsg, 3, 0, 0, 0, 0), -EPERM);
	assert_int_equal(call(&rig, SYS_dup3, 3, EXEC_NUMBER + 1, 0, 0, 0),
	    -EBADF);
	plan_rig_free(&rig);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(number_of_the_executable_cannot_come_back),
		cmocka_unit_test(nothing_is_executed_a_second_time),
		cmocka_unit_test(nothing_is_sent_by_the_report_sockets_number),
	};
	const int skipped = plan_rig_prepare();
	int failed;

	if (skipped != 0)
		return skipped;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	psd_host_free(&plan_rig_host);
	return failed;
}
