/* SPDX-License-Identifier: ISC */
/* A directory that is not ours to remove. */
#include "tests/attacks/attack.h"

#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>

ATTACK(rmdir_outside, ATTACK_ASKS)
{
	char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s/outside", arena->dir);
	return -privsep_rmdir(arena->conversation, path);
}
