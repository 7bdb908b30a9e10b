/* SPDX-License-Identifier: ISC */
/* A file is emptied. */
#include "tests/attacks/attack.h"

#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>

ATTACK(truncate_outside, ATTACK_ASKS)
{
	char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s/outside/secret", arena->dir);
	return -privsep_truncate(arena->conversation, path, 0);
}
