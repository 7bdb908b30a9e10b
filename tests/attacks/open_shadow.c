/* SPDX-License-Identifier: ISC */
/* The passwords of the host. */
#include "tests/attacks/attack.h"

#include <fcntl.h>

ATTACK(open_shadow, ATTACK_ASKS)
{
	return -privsep_open(arena->conversation, "/etc/shadow", O_RDONLY, 0);
}
