/* SPDX-License-Identifier: ISC */
/* The clock of the host, by request. */
#include "tests/attacks/attack.h"

ATTACK(clock_ungranted, ATTACK_ASKS)
{
	return -privsep_adjust_clock(arena->conversation, 1);
}
