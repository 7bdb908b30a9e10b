/* SPDX-License-Identifier: ISC */
#ifndef HELD_FIXTURE_H
#define HELD_FIXTURE_H

/* Children beside whom the daemon runs on, and who run when we let them. */
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

static inline int
be_slow(void **state)
{
	(void)state;
	psd_spawn_note_time(LONG_USEC);
	return psd_spawn_is_slow() ? 0 : -1;
}

static inline void
init(struct spawn_rig *rig, const char *program)
{
	assert_int_equal(spawn_rig_init(rig, program), 0);
	rig->birth.may_fail_later = true;
	rig->plan.owns_uid = true;
}

static inline void
stop(struct spawn_rig *rig)
{
	spawn_rig_stop(rig);
	spawn_rig_free(rig);
}

/* Without close-on-exec: whatever of it the child had, the program would. */
static inline void
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

static inline void
expect_answer(const struct spawn_rig *rig)
{
	char byte = 'x';

	assert_int_equal(send(rig->pair, &byte, 1, MSG_NOSIGNAL), 1);
	assert_int_equal(test_poll(rig->pair, POLLIN, TEST_DEADLINE) & POLLIN,
	    POLLIN);
	assert_int_equal(recv(rig->pair, &byte, 1, 0), 1);
}

/* Nobody but us runs on our processor, and the children on no other. */
static inline void
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

static inline void
let_children_run(void)
{
	const struct sched_param usual = { .sched_priority = 0 };

	assert_int_equal(sched_setscheduler(0, SCHED_OTHER, &usual), 0);
	assert_int_equal(sched_setaffinity(0, sizeof(processors), &processors),
	    0);
}

/* As spawn_rig_start(), which waits for what does not run now. */
static inline void
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

static inline void
start_many_held(void)
{
	hold_children();
	for (size_t i = 0; i < MORE; i++)
		start_held(&rigs[i]);
}

static inline void
answer_and_stop(size_t n)
{
	for (size_t i = 0; i < n; i++)
		expect_answer(&rigs[i]);
	for (size_t i = 0; i < n; i++)
		stop(&rigs[i]);
}

#endif
