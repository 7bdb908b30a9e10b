/* SPDX-License-Identifier: ISC */
/*
 * A user namespace by every call that makes or enters one: the filter lets
 * none of it pass.  Without it, root there is nobody here.
 */
#include "tests/attacks/attack.h"

#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>

/* The bits that the kernel does not look at. */
#define HIGH_BITS (1UL << 40)

/* Child and parent go on from here; a child that was made is an attack. */
static int
judge_child(long pid)
{
	if (pid < 0)
		return errno;
	if (pid == 0)
		_exit(0);
	(void)waitpid((pid_t)pid, NULL, 0);
	return 0;
}

ATTACK(user_namespace_clone, ATTACK_FILTERED)
{
	return judge_child(syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, NULL,
	    NULL, NULL, NULL));
}

ATTACK(user_namespace_clone_high, ATTACK_FILTERED)
{
	return judge_child(syscall(SYS_clone,
	    CLONE_NEWUSER | SIGCHLD | HIGH_BITS, NULL, NULL, NULL, NULL));
}

ATTACK(user_namespace_clone3, ATTACK_FILTERED)
{
	struct clone_args args = { .flags = CLONE_NEWUSER,
		.exit_signal = SIGCHLD };

	return judge_child(syscall(SYS_clone3, &args, sizeof(args)));
}

ATTACK(user_namespace_unshare_high, ATTACK_FILTERED)
{
	return attack_errno(syscall(SYS_unshare, CLONE_NEWUSER | HIGH_BITS));
}

ATTACK(user_namespace_with_others, ATTACK_FILTERED)
{
	return judge_child(syscall(SYS_clone,
	    CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWNS | SIGCHLD, NULL, NULL,
	    NULL, NULL));
}

ATTACK(user_namespace_of_daemon, ATTACK_CALLS)
{
	const long pidfd = syscall(SYS_pidfd_open, arena->daemon, 0);

	if (pidfd < 0)
		return errno;
	return attack_errno(setns((int)pidfd, CLONE_NEWUSER));
}
