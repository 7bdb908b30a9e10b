/* SPDX-License-Identifier: ISC */
/* Which files two others share. */
#include "tests/attacks/attack.h"

#include <sys/syscall.h>

ATTACK(compare_files, ATTACK_CALLS)
{
	return attack_errno(
	    syscall(SYS_kcmp, arena->daemon, arena->neighbour, 0, 3, 3));
}
