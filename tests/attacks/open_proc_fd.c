/* SPDX-License-Identifier: ISC */
/* A descriptor of the daemon, by a magic link. */
#include "tests/attacks/attack.h"

#include <fcntl.h>

ATTACK(open_proc_fd, ATTACK_ASKS)
{
	return -privsep_open(arena->conversation, "/proc/self/fd/3", O_RDONLY,
	    0);
}
