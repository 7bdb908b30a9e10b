/* SPDX-License-Identifier: ISC */
/* A module of the kernel. */
#include "tests/attacks/attack.h"

#include <sys/syscall.h>

ATTACK(load_module, ATTACK_CALLS)
{
	return attack_errno(syscall(SYS_init_module, "", 0, ""));
}
