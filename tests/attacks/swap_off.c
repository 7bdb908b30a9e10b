/* SPDX-License-Identifier: ISC */
/* The memory of the host, without its swap. */
#include "tests/attacks/attack.h"

#include <sys/swap.h>

ATTACK(swap_off, ATTACK_CALLS)
{
	return attack_errno(swapoff("/none"));
}
