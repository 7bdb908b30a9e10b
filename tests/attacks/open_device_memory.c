/* SPDX-License-Identifier: ISC */
/* The memory of the host. */
#include "tests/attacks/attack.h"

#include <fcntl.h>

ATTACK(open_device_memory, ATTACK_ASKS)
{
	return -privsep_open(arena->conversation, "/dev/mem", O_RDWR, 0);
}
