/* SPDX-License-Identifier: ISC */
/* The name of the host, by request. */
#include "tests/attacks/attack.h"

ATTACK(set_hostname_ungranted, ATTACK_ASKS)
{
	return -privsep_set_hostname(arena->conversation, "owned");
}
