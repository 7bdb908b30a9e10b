/* SPDX-License-Identifier: ISC */
/* A setting of the kernel. */
#include "tests/attacks/attack.h"

ATTACK(sysctl_write, ATTACK_ASKS)
{
	return -privsep_write_sysctl(arena->conversation, "kernel.core_pattern",
	    "|/tmp/program");
}
