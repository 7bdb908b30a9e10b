/* SPDX-License-Identifier: ISC */
/* A user id that was given up. */
#include "tests/attacks/attack.h"

#include <unistd.h>

ATTACK(become_root, ATTACK_CALLS)
{
	return attack_errno(setresuid(0, 0, 0));
}
