/* SPDX-License-Identifier: ISC */
/* The log, filled with refusals. */
#include "tests/attacks/attack.h"

ATTACK(flood_log, ATTACK_OTHERS)
{
	for (int i = 0; i < 2000; i++)
		if (privsep_log(arena->conversation, 6, "noise %d", i) ==
		    -EPIPE)
			return EPIPE;
	return EPERM;
}
