/* SPDX-License-Identifier: ISC */
/* The same by another spelling. */
#include "tests/attacks/attack.h"

#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>

ATTACK(unlink_dot_dot, ATTACK_ASKS)
{
	char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s/inside/../outside/secret",
	    arena->dir);
	return -privsep_unlink(arena->conversation, path);
}
