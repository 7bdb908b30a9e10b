/* SPDX-License-Identifier: ISC */
/* A file that is not ours to remove. */
#include "tests/attacks/attack.h"

#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>

ATTACK(unlink_outside, ATTACK_ASKS)
{
	char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s/outside/secret", arena->dir);
	return -privsep_unlink(arena->conversation, path);
}
