/* SPDX-License-Identifier: ISC */
/* Where a link leads that no line names. */
#include "tests/attacks/attack.h"

#include <limits.h>
#include <stdio.h>

ATTACK(readlink_outside, ATTACK_ASKS)
{
	char target[64];
	char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s/outside/secret", arena->dir);
	return -privsep_readlink(arena->conversation, path, target,
	    sizeof(target));
}
