/* SPDX-License-Identifier: ISC */
/* A file takes the place of another. */
#include "tests/attacks/attack.h"

#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>

ATTACK(rename_outside, ATTACK_ASKS)
{
	char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s/outside/secret", arena->dir);
	return -privsep_rename(arena->conversation, path, path, 0);
}
