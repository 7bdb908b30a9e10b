/* SPDX-License-Identifier: ISC */
/* Records without a byte, as many as are taken. */
#include "tests/attacks/attack.h"

ATTACK(flood_empty, ATTACK_OTHERS)
{
	for (int i = 0; i < 20000; i++)
		if (send(arena->pair, "", 0, MSG_NOSIGNAL) < 0)
			return errno;
	return 0;
}
