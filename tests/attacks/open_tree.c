/* SPDX-License-Identifier: ISC */
/* A detached copy of everything. */
#include "tests/attacks/attack.h"

#include <sys/syscall.h>

ATTACK(open_tree, ATTACK_CALLS)
{
	return attack_errno(syscall(SYS_open_tree, -100, "/", 1));
}
