/* SPDX-License-Identifier: ISC */
/* A record without a byte is no end of the conversation. */
#include "tests/attacks/attack.h"

ATTACK(frame_empty, ATTACK_ASKS)
{
	return attack_send(arena, "", 0);
}
