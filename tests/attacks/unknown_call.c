/* SPDX-License-Identifier: ISC */
/* A call that no kernel has. */
#include "tests/attacks/attack.h"

#include <sys/syscall.h>

ATTACK(unknown_call, ATTACK_CALLS)
{
	return attack_errno(syscall(1023, 0, 0, 0));
}
