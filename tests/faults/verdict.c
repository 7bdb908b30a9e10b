/* SPDX-License-Identifier: ISC */
#include "tests/faults/verdict.h"

#include "tests/faults/errnos.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>

/* A number of -errno or of an exit status, or several; or an errno's name. */
static bool
is_error(const char *outcome)
{
	const char *letters =
	    *outcome == 'E' ? "ABCDEFGHIJKLMNOPQRSTUVWXYZ2" : "-0123456789, ";

	return *outcome != '\0' && strspn(outcome, letters) == strlen(outcome);
}

static bool
is_of_a_socket(int number)
{
	return number == SYS_sendto || number == SYS_sendmsg ||
	    number == SYS_recvmsg;
}

static bool
is_kill(const struct inject_plan *plan)
{
	return plan->act == INJECT_KILL_BEFORE ||
	    plan->act == INJECT_KILL_AFTER;
}

bool
verdict_hides_files(const struct inject_plan *plan)
{
	return plan->act == INJECT_FAIL &&
	    (plan->error == ENOENT || plan->error == ENOTDIR);
}

bool
verdict_of_outcome(const struct day_step *step, const struct inject_plan *plan,
    const char *usual, const char *outcome)
{
	/* A client whose server could not be started finds the end. */
	if (strcmp(step->name, "inetd") == 0 && *outcome == '\0')
		return true;
	/* A reload that finds no policies has not started one. */
	if (strcmp(step->name, "stop and start") == 0 &&
	    strcmp(outcome, "0 0, no helper") == 0)
		return !plan->of_child && verdict_hides_files(plan);
	/* It was the helper that was to be woken. */
	if (strcmp(step->name, "reexec") == 0 && plan->victim != 0 &&
	    strcmp(outcome, "asleep") == 0)
		return is_kill(plan);
	/* A helper that cannot be spoken with is dropped; one is killed. */
	if (*outcome == '\0' &&
	    (is_of_a_socket(plan->number) || plan->number == SYS_shutdown ||
		is_kill(plan)))
		return true;
	return strcmp(outcome, usual) == 0 || is_error(outcome);
}

bool
verdict_is_of_the_dead(const struct inject_plan *plan)
{
	return plan->act == INJECT_FAIL && is_of_a_socket(plan->number) &&
	    (plan->error == EPIPE || plan->error == ECONNRESET ||
		plan->error == ENOTCONN);
}

bool
verdict_is_broken_promise(const struct inject_plan *plan)
{
	if (plan->number == SYS_close)
		return plan->error == EBADF;
	return plan->number == SYS_rt_sigprocmask;
}

static bool
is_a_broken_promise(const struct day_step *step, const struct inject_plan *plan)
{
	/* getifaddrs() */
	if (plan->number == SYS_recvmsg)
		return strcmp(step->name, "list_interfaces") == 0;
	return verdict_is_broken_promise(plan);
}

/* What the loop of libsystemd cannot do without; it is never told to wait. */
static bool
is_of_the_loop(const struct inject_plan *plan)
{
	return (errnos_is_loop_wait(plan->number) ||
		   plan->number == SYS_timerfd_settime ||
		   plan->number == SYS_read) &&
	    plan->error != EINTR && plan->error != EAGAIN;
}

bool
verdict_of_end(const struct day_step *step, const struct inject_plan *plan,
    int status)
{
	const bool is_abort =
	    WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
	const bool is_failure = WIFEXITED(status) && WEXITSTATUS(status) == 1;

	if (is_kill(plan) && !plan->of_child && plan->victim == 0)
		return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
	if (is_kill(plan) || plan->of_child)
		return false;
	/* The program's loader and its state in memory, say: no way back. */
	if (inject_has_executed())
		return !WIFEXITED(status) || WEXITSTATUS(status) != 0;
	/* No timer is ever read in part, and sd-event does not go on then. */
	if (plan->act != INJECT_FAIL)
		return plan->number == SYS_read && is_failure;
	if (is_of_the_loop(plan))
		return is_failure;
	return is_a_broken_promise(step, plan) && is_abort;
}

/*
 * What is closed is closed, whatever close() answers, and that a descriptor is
 * no more is what the child wants to hear of its witness; where there are no
 * keyrings, as in containers, the helper has none; where the chain has a
 * listener already, or the kernel knows none, its filter is loaded without one;
 * and when its bell is not heard, its slots come back a little later.
 */
bool
verdict_of_program(const struct inject_plan *plan)
{
	if (plan->act == INJECT_KILL_AFTER)
		return plan->number == SYS_execve ||
		    plan->number == SYS_execveat;
	if (plan->act == INJECT_SHORTEN)
		return plan->number == SYS_write;
	return plan->act == INJECT_FAIL &&
	    (plan->number == SYS_close || plan->number == SYS_write ||
		(plan->number == SYS_fcntl && plan->error == EBADF) ||
		(plan->number == SYS_keyctl && plan->error == EPERM) ||
		(plan->number == SYS_seccomp &&
		    (plan->error == EBUSY || plan->error == EINVAL)));
}
