/* SPDX-License-Identifier: ISC */
/* What a file is that no line names. */
#include "tests/attacks/attack.h"

#include <limits.h>
#include <stdio.h>

ATTACK(stat_outside, ATTACK_ASKS)
{
	struct privsep_stat status;
	char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s/outside/secret", arena->dir);
	return -privsep_stat(arena->conversation, path, &status);
}
