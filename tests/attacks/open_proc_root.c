/* SPDX-License-Identifier: ISC */
/* Magic links lead anywhere. */
#include "tests/attacks/attack.h"

#include <fcntl.h>

ATTACK(open_proc_root, ATTACK_ASKS)
{
	return -privsep_open(arena->conversation, "/proc/self/root/etc/shadow",
	    O_RDONLY, 0);
}
