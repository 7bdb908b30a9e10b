/* SPDX-License-Identifier: ISC */
/* Up and across from the granted directory. */
#include "tests/attacks/attack.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>

ATTACK(open_dot_dot, ATTACK_ASKS)
{
	char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s/inside/../outside/secret",
	    arena->dir);
	return -privsep_open(arena->conversation, path, O_RDONLY, 0);
}
