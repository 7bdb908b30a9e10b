/* SPDX-License-Identifier: ISC */
/* Urgent data, which a pair of records does not know. */
#include "tests/attacks/attack.h"

ATTACK(out_of_band, ATTACK_OTHERS)
{
	return attack_errno(send(arena->pair, "x", 1, MSG_OOB | MSG_NOSIGNAL));
}
