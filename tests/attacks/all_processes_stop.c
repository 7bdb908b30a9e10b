/* SPDX-License-Identifier: ISC */
/* Every process that there is, stopped. */
#include "tests/attacks/attack.h"

#include <signal.h>

ATTACK(all_processes_stop, ATTACK_CALLS)
{
	return attack_errno(kill(1, SIGSTOP));
}
