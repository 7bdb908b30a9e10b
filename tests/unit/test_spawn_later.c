/* SPDX-License-Identifier: ISC */
/* Starts that nobody waits for, as on a machine whose processors are busy. */
#include "common/fd.h"
#include "common/raw.h"
#include "daemon/spawn_files.h"
#include "daemon/spawn_later.h"
#include "daemon/spawn_wait.h"
#include "tests/support/child.h"
#include "tests/support/fds.h"
#include "tests/support/spawn_rig.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

enum { LONG_USEC = 1000000, MANY = 100, CALLS = 1000 };

static struct sock_filter allow_all = { .code = BPF_RET | BPF_K,
	.k = SECCOMP_RET_ALLOW };
static const struct sock_fprog filter = { .len = 1, .filter = &allow_all };

static int
be_slow(void **state)
{
	(void)state;
	psd_spawn_note_time(LONG_USEC);
	return psd_spawn_is_slow() ? 0 : -1;
}

static void
init(struct spawn_rig *rig)
{
	assert_int_equal(spawn_rig_init(rig, "tiny_pong"), 0);
	rig->birth.may_fail_later = true;
	rig->plan.owns_uid = true;
}

/* Of a program that nobody may execute. */
static void
init_failing(struct spawn_rig *rig)
{
	init(rig);
	psd_fd_cleanup(&rig->plan.exec_fd);
	rig->plan.exec_fd = open("/etc/passwd", O_PATH | O_CLOEXEC);
	assert_true(rig->plan.exec_fd >= 0);
}

static void
start(struct spawn_rig *rig)
{
	if (spawn_rig_start(rig) < 0)
		fail_msg("%s: %s", psd_step_name(rig->failure.step),
		    strerror(rig->failure.error));
	assert_non_null(rig->child.later);
}

static void
expect_answer(const struct spawn_rig *rig)
{
	char answer[8] = "";

	assert_int_equal(send(rig->pair, "ping", 5, MSG_NOSIGNAL), 5);
	assert_int_equal(recv(rig->pair, answer, sizeof(answer), 0), 5);
	assert_string_equal(answer, "ping");
}

static void
its_program_answers_over_the_pair(void **state)
{
	struct spawn_rig rig;
	struct test_fd fds[8];
	size_t before;

	(void)state;
	init(&rig);
	before = test_fds_count();
	start(&rig);
	expect_answer(&rig);
	assert_null(psd_spawn_late_failure(&rig.child));
	psd_spawn_forget(&rig.child);
	assert_int_equal(test_fds_list(rig.child.pid, fds, 8), 4);
	psd_fd_cleanup(&rig.pair);
	assert_int_equal(spawn_rig_wait(&rig), 0);
	spawn_rig_stop(&rig);
	assert_int_equal(test_fds_count(), before);
	spawn_rig_free(&rig);
}

static void
many_at_a_time_do_not_disturb_each_other(void **state)
{
	static struct spawn_rig rigs[MANY];

	(void)state;
	for (size_t i = 0; i < MANY; i++) {
		init(&rigs[i]);
		start(&rigs[i]);
	}
	for (size_t i = 0; i < MANY; i++) {
		char name[64], variables[1024] = "";

		expect_answer(&rigs[i]);
		(void)snprintf(name, sizeof(name), "LISTEN_PID=%d",
		    (int)rigs[i].child.pid);
		assert_true(spawn_rig_proc(&rigs[i], "environ", variables,
				sizeof(variables)) > 0);
		assert_string_equal(variables, name);
	}
	for (size_t i = 0; i < MANY; i++) {
		spawn_rig_stop(&rigs[i]);
		spawn_rig_free(&rigs[i]);
	}
}

static void
step_that_fails_is_known_at_its_end(void **state)
{
	const struct psd_spawn_failure *failure;
	struct spawn_rig rig;

	(void)state;
	init_failing(&rig);
	start(&rig);
	assert_int_equal(spawn_rig_wait(&rig), PSD_STEP_EXEC);
	failure = psd_spawn_late_failure(&rig.child);
	assert_non_null(failure);
	assert_int_equal(failure->step, PSD_STEP_EXEC);
	assert_int_equal(failure->error, EACCES);
	spawn_rig_stop(&rig);
	spawn_rig_free(&rig);
}

static void
calls_that_fail_in_it_do_not_change_our_errno(void **state)
{
	static struct spawn_rig rigs[MANY];

	(void)state;
	for (size_t i = 0; i < MANY; i++) {
		init_failing(&rigs[i]);
		start(&rigs[i]);
		errno = ELOOP;
		for (int n = 0; n < CALLS; n++) {
			(void)getppid();
			assert_int_equal(errno, ELOOP);
		}
	}
	assert_int_equal(raw(SYS_close, -1), -EBADF);
	assert_int_equal(errno, ELOOP);
	for (size_t i = 0; i < MANY; i++) {
		assert_int_equal(spawn_rig_wait(&rigs[i]), PSD_STEP_EXEC);
		spawn_rig_stop(&rigs[i]);
		spawn_rig_free(&rigs[i]);
	}
}

static void
listener_comes_before_its_program_runs(void **state)
{
	struct spawn_rig rig;
	int listener;

	(void)state;
	init(&rig);
	rig.plan.filter = &filter;
	rig.plan.want_listener = true;
	start(&rig);
	assert_true(rig.child.report >= 0 && rig.child.listener < 0);
	expect_answer(&rig);
	listener = psd_spawn_take_listener(rig.child.report);
	assert_true(listener >= 0);
	/* As the loop does. */
	psd_spawn_hear();
	assert_int_equal(psd_spawn_take_listener(rig.child.report), -EPIPE);
	psd_fd_cleanup(&rig.pair);
	assert_int_equal(spawn_rig_wait(&rig), 0);
	assert_int_equal(test_poll(listener, POLLIN, TEST_DEADLINE), POLLHUP);
	psd_fd_close(listener);
	spawn_rig_stop(&rig);
	spawn_rig_free(&rig);
}

static void
whoever_must_know_at_once_is_waited_for(void **state)
{
	struct spawn_rig rig;

	(void)state;
	init_failing(&rig);
	rig.birth.may_fail_later = false;
	assert_int_equal(spawn_rig_start(&rig), -EACCES);
	assert_int_equal(rig.failure.step, PSD_STEP_EXEC);
	spawn_rig_free(&rig);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup(name, be_slow)
		TEST(its_program_answers_over_the_pair),
		TEST(many_at_a_time_do_not_disturb_each_other),
		TEST(step_that_fails_is_known_at_its_end),
		TEST(calls_that_fail_in_it_do_not_change_our_errno),
		TEST(listener_comes_before_its_program_runs),
		TEST(whoever_must_know_at_once_is_waited_for),
#undef TEST
	};
	const int skipped = spawn_rig_prepare();

	if (skipped != 0)
		return skipped;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
