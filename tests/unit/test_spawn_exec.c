/* SPDX-License-Identifier: ISC */
/* A program that cannot be executed is told, and nothing is left behind. */
#include "common/fd.h"
#include "common/pair.h"
#include "tests/support/child.h"
#include "tests/support/dir.h"
#include "tests/support/expect.h"
#include "tests/support/fds.h"
#include "tests/support/spawn_rig.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

static struct sock_filter allow_all = { .code = BPF_RET | BPF_K,
	.k = SECCOMP_RET_ALLOW };
static const struct sock_fprog filter = { .len = 1, .filter = &allow_all };

static bool
has_child(void)
{
	return waitpid(-1, NULL, WNOHANG | __WALL) >= 0 || errno != ECHILD;
}

static bool
start_with_bad_plan(struct spawn_rig *rig, enum psd_step step, int error)
{
	const int r = spawn_rig_start(rig);

	spawn_rig_stop(rig);
	if (r < 0 && rig->failure.step == step && rig->failure.error == -r &&
	    r == -error)
		return true;
	print_error("%s: %s\n", psd_step_name(rig->failure.step),
	    strerror(rig->failure.error));
	return false;
}

static void
bad_descriptors_fail_where_they_are_used(void **state)
{
	const int bad_ns[PSD_NS_COUNT] = { 0, PSD_NO_FD, PSD_NO_FD, PSD_NO_FD };
	struct spawn_rig rig;
	struct spawn_rig good;

	(void)state;
	assert_int_equal(spawn_rig_init(&good, "tiny_pong"), 0);
	rig = good;
	rig.plan.exec_fd = PSD_NO_FD;
	assert_true(start_with_bad_plan(&rig, PSD_STEP_CLOSE_RANGE, EBADF));
	rig = good;
	rig.plan.exec_number = 1 << 29;
	assert_true(start_with_bad_plan(&rig, PSD_STEP_HIGH_NUMBERS, EBADF));
	rig = good;
	rig.plan.namespaces = bad_ns;
	assert_true(start_with_bad_plan(&rig, PSD_STEP_NAMESPACES, EINVAL));
	rig = good;
	rig.plan.null_fd = PSD_NO_FD;
	assert_true(start_with_bad_plan(&rig, PSD_STEP_STDIO, EBADF));
	rig = good;
	rig.plan.landlock_fd = rig.plan.null_fd;
	assert_true(start_with_bad_plan(&rig, PSD_STEP_LANDLOCK, EBADFD));
	rig = good;
	rig.limits[0].value.rlim_max = RLIM_INFINITY;
	rig.plan.limits = rig.limits;
	assert_true(start_with_bad_plan(&rig, PSD_STEP_LIMITS, EPERM));
	spawn_rig_free(&good);
}

/* Writes a file for execution and opens it for the plan. */
static int
open_program(const char *dir, const char *name, const char *text, int mode)
{
	char path[256];

	assert_int_equal(test_dir_write(dir, name, text), 0);
	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	assert_int_equal(chmod(path, (mode_t)mode), 0);
	return open(path, O_PATH | O_CLOEXEC);
}

static void
program_that_cannot_be_executed_is_told(void **state)
{
	static const struct {
		const char *text;
		int mode;
		int error;
	} programs[] = {
		{ "no program at all", 0755, ENOEXEC },
		{ "\177ELF\2\1\1 and nothing behind it", 0755, ENOEXEC },
		{ "", 0755, ENOEXEC },
		{ "#!/bin/sh\n", 0755, ENOENT }, /* its descriptor is closed */
		{ "#!/no/such/interpreter\n", 0755, ENOENT },
		{ "\177ELF", 0644, EACCES },
		{ "\177ELF", 0700, EACCES },
	};
	char *dir = test_dir_make();
	struct spawn_rig rig;

	(void)state;
	assert_non_null(dir);
	assert_int_equal(spawn_rig_init(&rig, "tiny_pong"), 0);
	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++) {
		psd_fd_cleanup(&rig.plan.exec_fd);
		rig.plan.exec_fd = open_program(dir, "program",
		    programs[i].text, programs[i].mode);
		assert_true(rig.plan.exec_fd >= 0);
		assert_true(start_with_bad_plan(&rig, PSD_STEP_EXEC,
		    programs[i].error));
	}
	psd_fd_cleanup(&rig.plan.exec_fd);
	rig.plan.exec_fd = open(dir, O_PATH | O_CLOEXEC);
	assert_true(start_with_bad_plan(&rig, PSD_STEP_EXEC, EACCES));
	spawn_rig_free(&rig);
	test_dir_remove(dir);
}

static void
program_that_is_being_written_is_told(void **state)
{
	char *dir = test_dir_make();
	char path[256];
	_cleanup_fd_ int writer = PSD_NO_FD;
	struct spawn_rig rig;

	(void)state;
	assert_int_equal(spawn_rig_init(&rig, "tiny_pong"), 0);
	psd_fd_cleanup(&rig.plan.exec_fd);
	rig.plan.exec_fd = open_program(dir, "program", "\177ELF", 0755);
	(void)snprintf(path, sizeof(path), "%s/program", dir);
	writer = open(path, O_WRONLY | O_CLOEXEC);
	assert_true(writer >= 0);
	assert_true(start_with_bad_plan(&rig, PSD_STEP_EXEC, ETXTBSY));
	spawn_rig_free(&rig);
	test_dir_remove(dir);
}

static void
arguments_that_are_too_long_are_told(void **state)
{
	enum { LONG = 1 << 20 };
	char *text = malloc(LONG);
	struct spawn_rig rig;

	(void)state;
	assert_non_null(text);
	memset(text, 'x', LONG - 1);
	text[LONG - 1] = '\0';
	assert_int_equal(spawn_rig_init(&rig, "tiny_pong"), 0);
	rig.argv[1] = text;
	rig.plan.argv = rig.argv;
	assert_true(start_with_bad_plan(&rig, PSD_STEP_EXEC, E2BIG));
	spawn_rig_free(&rig);
	free(text);
}

static void
thousand_failed_starts_leave_nothing_behind(void **state)
{
	struct spawn_rig rig;
	size_t before;

	(void)state;
	assert_int_equal(spawn_rig_init(&rig, "tiny_pong"), 0);
	rig.plan.exec_fd = psd_fd_take(&rig.plan.null_fd);
	rig.plan.null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	rig.plan.filter = &filter;
	rig.plan.want_listener = true;
	before = test_fds_count();
	for (int i = 0; i < 1000; i++)
		assert_int_equal(spawn_rig_start(&rig), -EACCES);
	assert_int_equal(rig.failure.step, PSD_STEP_EXEC);
	assert_int_equal(test_fds_count(), before);
	assert_false(has_child());
	spawn_rig_free(&rig);
}

/* No number is free for the pidfd, then for the listener. */
static int
start_without_free_numbers(void *argument)
{
	struct spawn_rig rig;
	int ends[2], fd, last = -1;
	int n_failed = 0;

	(void)argument;
	TEST_EXPECT(spawn_rig_init(&rig, "tiny_pong") == 0);
	rig.plan.filter = &filter;
	rig.plan.want_listener = true;
	TEST_EXPECT(psd_pair(SOCK_SEQPACKET, ends) == 0);
	rig.birth.pair_end = ends[1];
	while ((fd = dup(0)) >= 0)
		last = fd;
	for (; n_failed < 16; n_failed++) {
		if (psd_spawn(&rig.plan, &rig.birth, &rig.child,
			&rig.failure) == 0)
			break;
		TEST_EXPECT(rig.failure.error == EMFILE);
		TEST_EXPECT(!has_child());
		TEST_EXPECT(close(last--) == 0);
	}
	/* Two for the pair, one for the pidfd, one for the listener. */
	TEST_EXPECT(n_failed >= 3 && n_failed <= 4);
	spawn_rig_stop(&rig);
	return 0;
}

static void
shortage_of_descriptors_fails_the_start(void **state)
{
	(void)state;
	assert_int_equal(test_child_exit_status(
			     test_child_start(start_without_free_numbers,
				 NULL)),
	    0);
}

/*
 * One thread of several that open all the time, without O_CLOEXEC, and leave some
 * of it to the children and to the tests beside us.
 */
static void *
open_carelessly(void *argument)
{
	const struct timespec moment = { .tv_nsec = 1000 };
	const atomic_bool *is_over = argument;

	while (!atomic_load(is_over)) {
		int ends[2];
		const int fd = open("/dev/null", O_RDONLY);

		if (pipe(ends) == 0) {
			(void)close(ends[0]);
			(void)close(ends[1]);
		}
		if (fd >= 0)
			(void)close(fd);
		(void)nanosleep(&moment, NULL);
	}
	return NULL;
}

static void
descriptors_of_other_threads_do_not_leak(void **state)
{
	enum { THREADS = 4, STARTS = 300 };
	pthread_t threads[THREADS];
	atomic_bool is_over = false;
	struct spawn_rig rig;
	int wrong = 0;

	(void)state;
	assert_int_equal(spawn_rig_init(&rig, "tiny_pong"), 0);
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL,
				     open_carelessly, &is_over),
		    0);
	for (int i = 0; i < STARTS; i++) {
		struct test_fd fds[32];

		if (spawn_rig_start(&rig) < 0 ||
		    test_fds_list(rig.child.pid, fds, 32) != 4)
			wrong++;
		spawn_rig_stop(&rig);
	}
	atomic_store(&is_over, true);
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	assert_int_equal(wrong, 0);
	spawn_rig_free(&rig);
}

static void
each_step_has_a_name(void **state)
{
	(void)state;
	for (int step = PSD_STEP_NONE; step <= PSD_STEP_EXEC; step++)
		assert_string_not_equal(psd_step_name((enum psd_step)step),
		    "an unknown step");
	assert_string_equal(psd_step_name((enum psd_step)(PSD_STEP_EXEC + 1)),
	    "an unknown step");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(bad_descriptors_fail_where_they_are_used),
		cmocka_unit_test(program_that_cannot_be_executed_is_told),
		cmocka_unit_test(program_that_is_being_written_is_told),
		cmocka_unit_test(arguments_that_are_too_long_are_told),
		cmocka_unit_test(thousand_failed_starts_leave_nothing_behind),
		cmocka_unit_test(shortage_of_descriptors_fails_the_start),
		cmocka_unit_test(descriptors_of_other_threads_do_not_leak),
		cmocka_unit_test(each_step_has_a_name),
	};
	const int skipped = spawn_rig_prepare();

	if (skipped != 0)
		return skipped;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
