/* SPDX-License-Identifier: ISC */
/* A call of the other 64-bit ABI. */
#include "tests/attacks/attack.h"

#include <sys/syscall.h>

ATTACK(x32_call, ATTACK_CALLS)
{
	return attack_errno(syscall(0x40000000 + SYS_getpid));
}
