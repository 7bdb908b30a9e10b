/* SPDX-License-Identifier: ISC */
/* The memory of the daemon. */
#include "tests/attacks/attack.h"

#include <fcntl.h>

ATTACK(open_mem, ATTACK_ASKS)
{
	return -privsep_open(arena->conversation, "/proc/self/mem", O_RDWR, 0);
}
