/* SPDX-License-Identifier: ISC */
/* The daemon's own terminal, by its name. */
#include "tests/attacks/attack.h"

#include <fcntl.h>

ATTACK(open_terminal, ATTACK_ASKS)
{
	return -privsep_open(arena->conversation, "/dev/tty", O_RDWR, 0);
}
