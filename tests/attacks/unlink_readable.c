/* SPDX-License-Identifier: ISC */
/* What may be read, removed. */
#include "tests/attacks/attack.h"

#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>

ATTACK(unlink_readable, ATTACK_ASKS)
{
	char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s/inside/file", arena->dir);
	return -privsep_unlink(arena->conversation, path);
}
