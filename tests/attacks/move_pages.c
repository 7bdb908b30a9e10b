/* SPDX-License-Identifier: ISC */
/* Pages of the daemon, moved. */
#include "tests/attacks/attack.h"

#include <sys/syscall.h>

ATTACK(move_pages, ATTACK_CALLS)
{
	return attack_errno(
	    syscall(SYS_migrate_pages, arena->daemon, 8, NULL, NULL));
}
