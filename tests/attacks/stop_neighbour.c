/* SPDX-License-Identifier: ISC */
/* Another helper is stopped. */
#include "tests/attacks/attack.h"

#include <signal.h>

ATTACK(stop_neighbour, ATTACK_CALLS)
{
	return attack_errno(kill(arena->neighbour, SIGSTOP));
}
