/* SPDX-License-Identifier: ISC */
/* A device below the granted directory. */
#include "tests/attacks/attack.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>

ATTACK(open_device, ATTACK_FAILS)
{
	char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s/inside/device", arena->dir);
	return -privsep_open(arena->conversation, path, O_RDONLY, 0);
}
