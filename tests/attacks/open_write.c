/* SPDX-License-Identifier: ISC */
/* What may be read, for writing. */
#include "tests/attacks/attack.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>

ATTACK(open_write, ATTACK_ASKS)
{
	char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s/inside/file", arena->dir);
	return -privsep_open(arena->conversation, path, O_WRONLY, 0);
}
