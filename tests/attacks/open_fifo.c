/* SPDX-License-Identifier: ISC */
/* A named pipe: opening one must not stop the daemon. */
#include "tests/attacks/attack.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>

ATTACK(open_fifo, ATTACK_FAILS)
{
	char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s/inside/fifo", arena->dir);
	return -privsep_open(arena->conversation, path, O_RDONLY, 0);
}
