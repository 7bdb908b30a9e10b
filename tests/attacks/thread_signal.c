/* SPDX-License-Identifier: ISC */
/* A signal to a thread of the daemon. */
#include "tests/attacks/attack.h"

#include <signal.h>
#include <sys/syscall.h>

ATTACK(thread_signal, ATTACK_CALLS)
{
	return attack_errno(
	    syscall(SYS_tgkill, arena->daemon, arena->daemon, SIGKILL));
}
