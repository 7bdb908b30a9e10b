/* SPDX-License-Identifier: ISC */
#include "tests/faults/strike.h"

#include "tests/faults/registers.h"

#include <errno.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <unistd.h>

void
strike_victim(const struct board *board, const struct tracee *tracee)
{
	const pid_t victim = board->plan.victim;

	(void)kill(victim > 0 ? victim : tracee->pid, SIGKILL);
}

/*
 * The kernel does not refuse to forget, a number is free in any case, whoever
 * shuts a connection down is connected, and that there is no child to wait for
 * means that somebody has done so.
 */
static bool
is_made(const struct board *board, const struct __ptrace_syscall_info *info)
{
	const uint64_t number = info->entry.nr;

	if (number == SYS_wait4 || number == SYS_waitid)
		return board->plan.error != EINTR;
	return number == SYS_close || number == SYS_close_range ||
	    number == SYS_shutdown ||
	    (number == SYS_epoll_ctl && info->entry.args[1] != EPOLL_CTL_ADD);
}

static int
change(struct tracee *tracee, const struct __ptrace_syscall_info *info,
    unsigned index, uint64_t value)
{
	tracee->is_changed = true;
	tracee->changed = index;
	tracee->before = info->entry.args[index];
	return registers_set_argument(tracee->pid, index, value);
}

/* The call fails without being made, or is made and fails. */
static void
fail(const struct board *board, struct tracee *tracee,
    const struct __ptrace_syscall_info *info)
{
	int r = 0;

	tracee->is_replaced = true;
	tracee->result = -board->plan.error;
	if (tracee->number == SYS_brk) {
		tracee->is_replaced = false;
		r = change(tracee, info, 0, 0);
	} else if (!is_made(board, info))
		r = registers_set_call(tracee->pid, SYS_getpid);
	if (r < 0 && r != -ESRCH)
		_exit(91);
	if (board->plan.victim > 0)
		strike_victim(board, tracee);
}

void
strike(struct board *board, struct tracee *tracee,
    const struct __ptrace_syscall_info *info)
{
	board->has_hit = true;
	tracee->is_faulted = true;
	switch (board->plan.act) {
	case INJECT_NOTHING:
		board->has_hit = false;
		break;
	case INJECT_FAIL:
		fail(board, tracee, info);
		break;
	case INJECT_SHORTEN:
		(void)change(tracee, info, 2, 1);
		break;
	case INJECT_KILL_BEFORE:
		strike_victim(board, tracee);
		break;
	case INJECT_KILL_AFTER:
		/* Which happens when it is over, if that is in time. */
		tracee->is_killed_after = true;
		board->has_hit = false;
		break;
	}
}
