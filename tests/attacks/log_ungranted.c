/* SPDX-License-Identifier: ISC */
/* A line that looks like another's. */
#include "tests/attacks/attack.h"

#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>

ATTACK(log_ungranted, ATTACK_ASKS)
{
	char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s[1]: refused\n\033[2J%%n",
	    arena->dir);
	return -privsep_log(arena->conversation, 6, "%s", path);
}
