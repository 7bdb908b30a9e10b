/* SPDX-License-Identifier: ISC */
#include "tests/faults/board.h"

#include "common/mem.h"
#include "tests/faults/errnos.h"
#include "tests/faults/place.h"
#include "tests/faults/registers.h"
#include "tests/faults/strike.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	NUMBERS_MAX = 512,
	TRACEES_MAX = 16,
	SYSCALL_STOP = SIGTRAP | 0x80,
};

static struct board *board;
static struct tracee tracees[TRACEES_MAX]; /* the first is the daemon */
static unsigned counts[2][NUMBERS_MAX];    /* the daemon's, its children's */
static unsigned seen_generation, n_children;
static bool has_begun, waits_for_exec;

static long
resume(long request, pid_t pid, int signal_number)
{
	return ptrace((enum __ptrace_request)request, pid, NULL,
	    (void *)(long)signal_number);
}

static struct tracee *
tracee_of(pid_t pid)
{
	struct tracee *spare = NULL;

	for (size_t i = 0; i < TRACEES_MAX; i++) {
		if (tracees[i].pid == pid)
			return &tracees[i];
		if (spare == NULL && tracees[i].pid == 0)
			spare = &tracees[i];
	}
	if (spare == NULL)
		_exit(90);
	*spare = (struct tracee){
		.pid = pid,
		.index = SIZE_MAX,
		.ordinal = ++n_children,
	};
	return spare;
}

/* Not those that never return, or return to another place. */
static bool
may_be_replaced(int number)
{
	return number != SYS_exit_group && number != SYS_exit &&
	    number != SYS_rt_sigreturn && number != SYS_restart_syscall;
}

static void
note(struct tracee *tracee, bool of_child, unsigned nth,
    const struct __ptrace_syscall_info *info)
{
	const size_t index = board->n_calls;
	struct inject_call *call;

	if (index >= BOARD_CALLS_MAX)
		return;
	call = &board->calls[index];
	*call = (struct inject_call){
		.number = tracee->number,
		.nth = nth,
		.of_child = of_child,
		.child = tracee->ordinal,
		.place =
		    place_of(tracee->pid, tracee->number, info->stack_pointer),
	};
	for (size_t i = 0; i < PSD_ELEMENTS(call->arguments); i++)
		call->arguments[i] = info->entry.args[i];
	tracee->index = index;
	board->n_calls = index + 1;
}

static void
begin_anew(void)
{
	if (seen_generation == board->generation)
		return;
	seen_generation = board->generation;
	memset(counts, 0, sizeof(counts));
	has_begun = board->plan.begin == 0;
}

static void
on_entry(struct tracee *tracee, const struct __ptrace_syscall_info *info)
{
	const bool of_child = tracee != &tracees[0];
	const struct inject_plan *plan = &board->plan;
	unsigned nth;

	tracee->number = (int)info->entry.nr;
	tracee->index = SIZE_MAX;
	if (!of_child) {
		board->is_in_loop = errnos_is_loop_wait(tracee->number);
		board->total++;
	}
	if (waits_for_exec || !board->is_armed || tracee->number < 0 ||
	    tracee->number >= NUMBERS_MAX)
		return;
	begin_anew();
	has_begun = has_begun || tracee->number == plan->begin;
	if (!has_begun || !may_be_replaced(tracee->number))
		return;
	nth = ++counts[of_child][tracee->number];
	note(tracee, of_child, nth, info);
	if ((!board->has_hit || plan->lasts) && plan->of_child == of_child &&
	    plan->number == tracee->number &&
	    (plan->lasts ? nth >= plan->nth : nth == plan->nth))
		strike(board, tracee, info);
}

static void
on_exit_of_call(struct tracee *tracee, const struct __ptrace_syscall_info *info)
{
	long result = info->exit.rval;

	if (tracee == &tracees[0])
		board->is_in_loop = false;
	if (tracee->is_changed)
		(void)registers_restore_argument(tracee->pid, tracee->changed,
		    tracee->before);
	tracee->is_changed = false;
	if (tracee->is_replaced) {
		result = tracee->result;
		(void)registers_set_result(tracee->pid, result);
	}
	if (tracee->index < BOARD_CALLS_MAX)
		board->calls[tracee->index].result = result;
	if (tracee->is_killed_after && board->is_armed) {
		board->has_hit = true;
		strike_victim(board, tracee);
	}
	tracee->is_replaced = tracee->is_killed_after = false;
	tracee->index = SIZE_MAX;
}

static void
on_call(struct tracee *tracee)
{
	struct __ptrace_syscall_info info;

	if (ptrace(PTRACE_GET_SYSCALL_INFO, tracee->pid, (void *)sizeof(info),
		&info) < 0)
		return;
	if (info.op == PTRACE_SYSCALL_INFO_ENTRY)
		on_entry(tracee, &info);
	else if (info.op == PTRACE_SYSCALL_INFO_EXIT)
		on_exit_of_call(tracee, &info);
}

static void
note_program(const struct tracee *tracee)
{
	if (tracee->is_faulted)
		board->child_executed = true;
	for (size_t i = 0; i < board->n_calls; i++)
		if (board->calls[i].child == tracee->ordinal)
			board->calls[i].executes = true;
}

/* A child is confined by now, and somebody else's program. */
static void
on_exec(struct tracee *tracee)
{
	waits_for_exec = false;
	if (tracee == &tracees[0]) {
		place_forget();
		board->has_executed = board->has_executed || !board->has_hit;
		(void)resume(PTRACE_SYSCALL, tracee->pid, 0);
		return;
	}
	note_program(tracee);
	if (tracee->is_killed_after && board->is_armed) {
		board->has_hit = true;
		strike_victim(board, tracee);
	}
	(void)resume(PTRACE_DETACH, tracee->pid, 0);
	tracee->pid = 0;
}

static void
on_stop(struct tracee *tracee, int status)
{
	const int event = status >> 16, number = WSTOPSIG(status);

	if (number == SYSCALL_STOP)
		on_call(tracee);
	if (event == PTRACE_EVENT_EXEC) {
		on_exec(tracee);
		return;
	}
	if (event == PTRACE_EVENT_STOP && number != SIGTRAP) {
		(void)resume(PTRACE_LISTEN, tracee->pid, 0);
		return;
	}
	/* What is left are signals, which are the process's own. */
	(void)resume(PTRACE_SYSCALL, tracee->pid,
	    event != 0 || number == SYSCALL_STOP ? 0 : number);
}

static void
on_end(struct tracee *tracee, int status)
{
	tracee->pid = tracee == &tracees[0] ? tracee->pid : 0;
	if (tracee != &tracees[0])
		return;
	board->status = status;
	board->has_ended = true;
	_exit(0);
}

static void
attach(void)
{
	long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXEC;
	int status;

	while (board->wanted == 0)
		(void)poll(NULL, 0, 1);
	if (board->follows)
		options |= PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
		    PTRACE_O_TRACECLONE;
	tracees[0] = (struct tracee){ .pid = board->wanted, .index = SIZE_MAX };
	if (ptrace(PTRACE_SEIZE, board->wanted, NULL, (void *)options) < 0 ||
	    ptrace(PTRACE_INTERRUPT, board->wanted, NULL, NULL) < 0 ||
	    waitpid(board->wanted, &status, __WALL) < 0) {
		board->error = errno;
		_exit(0);
	}
	(void)resume(PTRACE_SYSCALL, board->wanted, 0);
	board->is_attached = true;
}

_Noreturn void
board_trace(struct board *shared)
{
	board = shared;
	waits_for_exec = board->waits_for_exec;
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	attach();
	for (;;) {
		int status;
		const pid_t pid = waitpid(-1, &status, __WALL);

		if (pid < 0 && errno == EINTR)
			continue;
		if (pid < 0)
			_exit(0);
		if (WIFSTOPPED(status))
			on_stop(tracee_of(pid), status);
		else
			on_end(tracee_of(pid), status);
	}
}
