/* SPDX-License-Identifier: ISC */
/* A group id that was given up. */
#include "tests/attacks/attack.h"

#include <unistd.h>

ATTACK(become_root_group, ATTACK_CALLS)
{
	return attack_errno(setresgid(0, 0, 0));
}
