/* SPDX-License-Identifier: ISC */
/* A socket, where a file is granted. */
#include "tests/attacks/attack.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>

ATTACK(open_socket, ATTACK_FAILS)
{
	char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s/inside/socket", arena->dir);
	return -privsep_open(arena->conversation, path, O_RDONLY, 0);
}
