/* SPDX-License-Identifier: ISC */
/* Another helper is killed. */
#include "tests/attacks/attack.h"

#include <signal.h>

ATTACK(kill_neighbour, ATTACK_CALLS)
{
	return attack_errno(kill(arena->neighbour, SIGKILL));
}
