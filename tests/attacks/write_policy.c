/* SPDX-License-Identifier: ISC */
/* A policy of its own. */
#include "tests/attacks/attack.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>

ATTACK(write_policy, ATTACK_CALLS)
{
	char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s/../policies/new.policy",
	    arena->dir);
	return attack_errno(open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
}
