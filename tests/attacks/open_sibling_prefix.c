/* SPDX-License-Identifier: ISC */
/* A directory whose name begins as the granted one does. */
#include "tests/attacks/attack.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>

ATTACK(open_sibling_prefix, ATTACK_ASKS)
{
	char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s/inside2/secret", arena->dir);
	return -privsep_open(arena->conversation, path, O_RDONLY, 0);
}
