/* SPDX-License-Identifier: ISC */
/* A file of root, by itself. */
#include "tests/attacks/attack.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>

ATTACK(read_secret, ATTACK_CALLS)
{
	char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s/outside/secret", arena->dir);
	return attack_errno(open(path, O_RDONLY | O_CLOEXEC));
}
