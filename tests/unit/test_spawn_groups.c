/* SPDX-License-Identifier: ISC */
/*
 * A child beside whom the daemon runs on has its part of the daemon's table of
 * descriptors, whatever becomes of that meanwhile.
 */
#include "common/fd.h"
#include "common/sys.h"
#include "daemon/spawn_files.h"
#include "daemon/spawn_later.h"
#include "tests/support/child.h"
#include "tests/support/fds.h"
#include "tests/support/spawn_rig.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

enum {
	LONG_USEC = 1000000,
	MANY = 3000,
	/* What its own numbers, at its limit, take. */
	TABLE_MAX = 2 * RIG_NOFILE,
	GROUPS = 8,
	MORE = 3 * GROUPS,
};

static struct spawn_rig rigs[MORE];
static cpu_set_t processors;

static int
be_slow(void **state)
{
	(void)state;
	psd_spawn_note_time(LONG_USEC);
	return psd_spawn_is_slow() ? 0 : -1;
}

static void
init(struct spawn_rig *rig, const char *program)
{
	assert_int_equal(spawn_rig_init(rig, program), 0);
	rig->birth.may_fail_later = true;
	rig->plan.owns_uid = true;
}

static void
stop(struct spawn_rig *rig)
{
	spawn_rig_stop(rig);
	spawn_rig_free(rig);
}

/* Without close-on-exec: whatever of it the child had, the program would. */
static void
fill_table(int *fds)
{
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	limit.rlim_cur = limit.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	for (size_t i = 0; i < MANY; i++) {
		fds[i] = dup(STDERR_FILENO);
		assert_true(fds[i] >= 0);
	}
}

static void
expect_answer(const struct spawn_rig *rig)
{
	char byte = 'x';

	assert_int_equal(send(rig->pair, &byte, 1, MSG_NOSIGNAL), 1);
	assert_int_equal(test_poll(rig->pair, POLLIN, TEST_DEADLINE) & POLLIN,
	    POLLIN);
	assert_int_equal(recv(rig->pair, &byte, 1, 0), 1);
}

static void
expect_small_table(bool owns_uid)
{
	static int fds[MANY];
	struct spawn_rig *rig = &rigs[0];
	char size[16];

	fill_table(fds);
	init(rig, "tiny_pong");
	rig->plan.owns_uid = owns_uid;
	rig->birth.may_fail_later = owns_uid;
	assert_int_equal(spawn_rig_start(rig), 0);
	assert_int_equal(rig->child.later != NULL, owns_uid);
	expect_answer(rig);
	spawn_rig_status(rig, "FDSize", size, sizeof(size));
	assert_in_range(atoi(size), 1, TABLE_MAX);
	stop(rig);
	for (size_t i = 0; i < MANY; i++)
		psd_fd_close(fds[i]);
}

static void
its_table_is_small_beside_thousands_of_descriptors(void **state)
{
	(void)state;
	expect_small_table(true);
}

static void
so_is_that_of_one_that_is_waited_for_under_a_uid_of_others(void **state)
{
	(void)state;
	expect_small_table(false);
}

static void
hear(void)
{
	assert_int_equal(test_poll(psd_spawn_bell(), POLLIN, TEST_DEADLINE),
	    POLLIN);
	psd_spawn_hear();
}

/* Which it does without a word, and lives. */
static void
end_that_it_closes_is_seen(void **state)
{
	struct spawn_rig *rig = &rigs[0];
	const struct remote_call call = {
		.number = SYS_close,
		.args = { 3 },
	};
	char byte;

	(void)state;
	psd_spawn_hear();
	init(rig, "tiny_remote");
	assert_int_equal(spawn_rig_start(rig), 0);
	assert_non_null(rig->child.later);
	hear();
	assert_int_equal(send(rig->pair, &call, sizeof(call), MSG_NOSIGNAL),
	    (ssize_t)sizeof(call));
	assert_int_equal(test_poll(rig->pair, POLLRDHUP, TEST_DEADLINE) &
		POLLRDHUP,
	    POLLRDHUP);
	assert_int_equal(recv(rig->pair, &byte, 1, MSG_DONTWAIT), 0);
	stop(rig);
}

/* Nobody but us runs on our processor, and the children on no other. */
static void
hold_children(void)
{
	const struct sched_param first = { .sched_priority = 1 };
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET((size_t)sched_getcpu(), &one);
	assert_int_equal(sched_getaffinity(0, sizeof(processors), &processors),
	    0);
	assert_int_equal(sched_setaffinity(0, sizeof(one), &one), 0);
	if (sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &first) ==
	    0)
		return;
	print_message("no real time class here\n");
	(void)sched_setaffinity(0, sizeof(processors), &processors);
	skip();
}

static void
let_children_run(void)
{
	const struct sched_param usual = { .sched_priority = 0 };

	assert_int_equal(sched_setscheduler(0, SCHED_OTHER, &usual), 0);
	assert_int_equal(sched_setaffinity(0, sizeof(processors), &processors),
	    0);
}

/* As spawn_rig_start(), which waits for what does not run now. */
static void
start_held(struct spawn_rig *rig)
{
	int ends[2];

	init(rig, "tiny_pong");
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0,
			     ends),
	    0);
	rig->birth.pair_end = ends[1];
	assert_int_equal(psd_spawn(&rig->plan, &rig->birth, &rig->child,
			     &rig->failure),
	    0);
	assert_non_null(rig->child.later);
	psd_fd_close(ends[1]);
	rig->pair = ends[0];
}

/* Each one's numbers are the next one's before it has run. */
static void
more_at_once_than_there_is_room_for_all_start(void **state)
{
	const size_t before = test_fds_count();

	(void)state;
	hold_children();
	for (size_t i = 0; i < MORE; i++)
		start_held(&rigs[i]);
	let_children_run();
	for (size_t i = 0; i < MORE; i++)
		expect_answer(&rigs[i]);
	for (size_t i = 0; i < MORE; i++)
		stop(&rigs[i]);
	assert_int_equal(test_fds_count(), before);
}

static void
one_that_is_killed_before_it_ran_leaves_nothing(void **state)
{
	char byte;

	(void)state;
	hold_children();
	for (size_t i = 0; i < MORE; i++) {
		start_held(&rigs[i]);
		assert_int_equal(psd_sys_pidfd_kill(rigs[i].child.pidfd,
				     SIGKILL),
		    0);
	}
	let_children_run();
	for (size_t i = 0; i < MORE; i++) {
		assert_int_equal(spawn_rig_wait(&rigs[i]), 128 + SIGKILL);
		psd_spawn_forget(&rigs[i].child);
	}
	for (size_t i = 0; i < MORE; i++) {
		assert_int_equal(recv(rigs[i].pair, &byte, 1, MSG_DONTWAIT), 0);
		stop(&rigs[i]);
	}
	/* There is room as at first. */
	its_table_is_small_beside_thousands_of_descriptors(state);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup(name, be_slow)
		TEST(its_table_is_small_beside_thousands_of_descriptors),
		TEST(
		    so_is_that_of_one_that_is_waited_for_under_a_uid_of_others),
		TEST(end_that_it_closes_is_seen),
		TEST(more_at_once_than_there_is_room_for_all_start),
		TEST(one_that_is_killed_before_it_ran_leaves_nothing),
#undef TEST
	};
	const int skipped = spawn_rig_prepare();

	if (skipped != 0)
		return skipped;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
