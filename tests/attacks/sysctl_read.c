/* SPDX-License-Identifier: ISC */
/* What the kernel keeps from users. */
#include "tests/attacks/attack.h"

ATTACK(sysctl_read, ATTACK_ASKS)
{
	char value[64];

	return -privsep_read_sysctl(arena->conversation, "kernel.kptr_restrict",
	    value, sizeof(value));
}
