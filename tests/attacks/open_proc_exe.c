/* SPDX-License-Identifier: ISC */
/* The program of the daemon, by a magic link. */
#include "tests/attacks/attack.h"

#include <fcntl.h>

ATTACK(open_proc_exe, ATTACK_ASKS)
{
	return -privsep_open(arena->conversation, "/proc/self/exe", O_RDONLY,
	    0);
}
