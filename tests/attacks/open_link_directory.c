/* SPDX-License-Identifier: ISC */
/* A symbolic link to a directory, on the way. */
#include "tests/attacks/attack.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>

ATTACK(open_link_directory, ATTACK_FAILS)
{
	char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s/inside/away/secret", arena->dir);
	return -privsep_open(arena->conversation, path, O_RDONLY, 0);
}
