/* SPDX-License-Identifier: ISC */
/* A file of our own below what may be read. */
#include "tests/attacks/attack.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>

ATTACK(open_create, ATTACK_ASKS)
{
	char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s/inside/new", arena->dir);
	return -privsep_open(arena->conversation, path, O_WRONLY | O_CREAT, 0);
}
