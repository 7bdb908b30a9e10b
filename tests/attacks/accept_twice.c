/* SPDX-License-Identifier: ISC */
/* A second client, where one was granted. */
#include "tests/attacks/attack.h"

ATTACK(accept_twice, ATTACK_ASKS)
{
	return -privsep_accept(arena->conversation, NULL);
}
