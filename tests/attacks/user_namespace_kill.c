/* SPDX-License-Identifier: ISC */
/* Root of a namespace of its own kills the daemon. */
#include "tests/attacks/attack.h"

#include <sched.h>
#include <signal.h>

ATTACK(user_namespace_kill, ATTACK_CALLS)
{
	if (unshare(CLONE_NEWUSER) < 0)
		return errno;
	return attack_errno(kill(arena->daemon, SIGKILL));
}
