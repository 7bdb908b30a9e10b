/* SPDX-License-Identifier: ISC */
/* The time of the host, by request. */
#include "tests/attacks/attack.h"

ATTACK(clock_set_ungranted, ATTACK_ASKS)
{
	return -privsep_set_clock(arena->conversation, 1);
}
