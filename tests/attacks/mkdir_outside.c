/* SPDX-License-Identifier: ISC */
/* A directory where none is granted. */
#include "tests/attacks/attack.h"

#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>

ATTACK(mkdir_outside, ATTACK_ASKS)
{
	char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s/outside/new", arena->dir);
	return -privsep_mkdir(arena->conversation, path, 0777);
}
