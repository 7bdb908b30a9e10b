/* SPDX-License-Identifier: ISC */
/* A local socket where none is granted. */
#include "tests/attacks/attack.h"

#include <limits.h>
#include <stdio.h>

ATTACK(bind_unix_outside, ATTACK_ASKS)
{
	char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s/outside/new", arena->dir);
	return -privsep_bind_unix(arena->conversation, path, 0666);
}
