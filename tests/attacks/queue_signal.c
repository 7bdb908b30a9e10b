/* SPDX-License-Identifier: ISC */
/* A signal with a value for the daemon. */
#include "tests/attacks/attack.h"

#include <signal.h>

ATTACK(queue_signal, ATTACK_CALLS)
{
	return attack_errno(
	    sigqueue(arena->daemon, SIGKILL, (union sigval){ 0 }));
}
