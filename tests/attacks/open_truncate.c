/* SPDX-License-Identifier: ISC */
/* What may be read, emptied. */
#include "tests/attacks/attack.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>

ATTACK(open_truncate, ATTACK_ASKS)
{
	char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s/inside/file", arena->dir);
	return -privsep_open(arena->conversation, path, O_RDONLY | O_TRUNC, 0);
}
