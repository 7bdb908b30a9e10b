/* SPDX-License-Identifier: ISC */
/* A local listener in the place of the daemon's own. */
#include "tests/attacks/attack.h"

#include <limits.h>
#include <stdio.h>

ATTACK(listen_unix_outside, ATTACK_ASKS)
{
	char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s/outside/new", arena->dir);
	return -privsep_listen_unix(arena->conversation, path, 0666);
}
