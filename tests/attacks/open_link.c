/* SPDX-License-Identifier: ISC */
/* A symbolic link that leads out. */
#include "tests/attacks/attack.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>

ATTACK(open_link, ATTACK_FAILS)
{
	char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s/inside/link", arena->dir);
	return -privsep_open(arena->conversation, path, O_RDONLY, 0);
}
