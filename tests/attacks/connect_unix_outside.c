/* SPDX-License-Identifier: ISC */
/* A local socket that no line names. */
#include "tests/attacks/attack.h"

#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>

ATTACK(connect_unix_outside, ATTACK_ASKS)
{
	char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s/inside/socket", arena->dir);
	return -privsep_connect_unix(arena->conversation, path);
}
