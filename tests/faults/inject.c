/* SPDX-License-Identifier: ISC */
#include "tests/faults/inject.h"

#include "tests/faults/board.h"
#include "tests/support/child.h"
#include "tests/support/ledger.h"

#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static struct board *board;
static pid_t tracer = -1;

/* A process that waits to be traced, and exits. */
static int
try_to_trace(void)
{
	const pid_t pid = fork();
	int status = -1;

	assert_true(pid >= 0);
	if (pid == 0) {
		inject_born();
		_exit(0);
	}
	for (int ms = 0; ms < TEST_DEADLINE; ms++) {
		if (waitpid(pid, &status, WNOHANG) == pid)
			return 0;
		if (board->error != 0)
			break;
		(void)poll(NULL, 0, 1);
	}
	test_child_kill(pid);
	return -1;
}

/* Leaks are looked for by ptrace(2), which one tracer at a time may. */
static void
look_for_no_leaks(void)
{
	const char *before = getenv("ASAN_OPTIONS");
	char options[1024];

	(void)snprintf(options, sizeof(options), "%s:detect_leaks=0",
	    before != NULL ? before : "");
	assert_int_equal(setenv("ASAN_OPTIONS", options, 1), 0);
}

int
inject_prepare(void)
{
	int r;

	look_for_no_leaks();
	board = mmap(NULL, sizeof(*board), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(board != MAP_FAILED);
	inject_expect(false);
	r = try_to_trace();
	inject_end();
	if (r == 0)
		return 0;
	print_message("SKIP: no process may be traced here: %s\n",
	    strerror(board->error));
	return 77;
}

void
inject_born(void)
{
	board->wanted = getpid();
	while (!board->is_attached)
		(void)poll(NULL, 0, 1);
}

static void
start_tracer(bool follows_children, pid_t wanted, bool is_born)
{
	assert_int_equal(tracer, -1);
	board->is_attached = false;
	board->has_ended = false;
	board->error = 0;
	board->follows = follows_children;
	board->waits_for_exec = is_born;
	board->wanted = wanted;
	tracer = fork();
	assert_true(tracer >= 0);
	if (tracer == 0)
		board_trace(board);
}

void
inject_expect(bool follows_children)
{
	start_tracer(follows_children, 0, true);
}

void
inject_attach(pid_t pid, bool follows_children)
{
	start_tracer(follows_children, pid, false);
	for (int ms = 0; !board->is_attached; ms++) {
		assert_true(ms < TEST_DEADLINE && board->error == 0);
		(void)poll(NULL, 0, 1);
	}
}

void
inject_end(void)
{
	if (tracer > 0)
		test_child_kill(tracer);
	tracer = -1;
}

void
inject_arm(const struct inject_plan *plan)
{
	board->plan = *plan;
	board->has_hit = false;
	board->n_calls = 0;
	board->child_executed = false;
	board->has_executed = false;
	board->is_armed = true;
	board->generation++;
}

size_t
inject_disarm(void)
{
	board->is_armed = false;
	return board->n_calls;
}

const struct inject_call *
inject_call(size_t index)
{
	assert_true(index < board->n_calls && index < BOARD_CALLS_MAX);
	return &board->calls[index];
}

bool
inject_is_edge(size_t index)
{
	const struct inject_call *call = inject_call(index);
	bool is_first = true, is_last = true;

	for (size_t i = 0; i < board->n_calls; i++) {
		const struct inject_call *other = &board->calls[i];

		if (other->place != call->place ||
		    other->of_child != call->of_child)
			continue;
		is_first = is_first && i >= index;
		is_last = is_last && i <= index;
	}
	return is_first || is_last;
}

bool
inject_has_hit(void)
{
	return board->has_hit;
}

bool
inject_child_executed(void)
{
	return board->child_executed;
}

bool
inject_has_executed(void)
{
	return board->has_executed;
}

bool
inject_has_ended(int *ret_status)
{
	if (board->has_ended)
		*ret_status = board->status;
	return board->has_ended;
}

uint64_t
inject_total(void)
{
	return board->total;
}

bool
inject_settles(void)
{
	for (int i = 0; i < TEST_DEADLINE * 5; i++) {
		const uint64_t total = board->total;

		if (board->has_ended)
			return true;
		if (board->is_in_loop &&
		    ledger_state_of(board->wanted) == 'S' &&
		    board->is_in_loop && board->total == total)
			return true;
		(void)usleep(200);
	}
	return false;
}
