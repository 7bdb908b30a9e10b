/* SPDX-License-Identifier: ISC */
/* The memory of the daemon, as a file. */
#include "tests/attacks/attack.h"

#include <fcntl.h>
#include <stdio.h>

ATTACK(daemon_memory, ATTACK_CALLS)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "/proc/%d/mem", (int)arena->daemon);
	return attack_errno(open(path, O_RDWR | O_CLOEXEC));
}
