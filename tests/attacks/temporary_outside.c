/* SPDX-License-Identifier: ISC */
/* A file without a name, where none is granted. */
#include "tests/attacks/attack.h"

#include <limits.h>
#include <stdio.h>

ATTACK(temporary_outside, ATTACK_ASKS)
{
	char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s/outside", arena->dir);
	return -privsep_temporary_file(arena->conversation, path, 0600);
}
