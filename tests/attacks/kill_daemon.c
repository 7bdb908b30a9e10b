/* SPDX-License-Identifier: ISC */
/* The daemon is killed. */
#include "tests/attacks/attack.h"

#include <signal.h>

ATTACK(kill_daemon, ATTACK_CALLS)
{
	return attack_errno(kill(arena->daemon, SIGKILL));
}
