/* SPDX-License-Identifier: ISC */
/* Less time for the daemon. */
#include "tests/attacks/attack.h"

#include <sys/resource.h>

ATTACK(daemon_priority, ATTACK_CALLS)
{
	return attack_errno(setpriority(PRIO_PROCESS, (id_t)arena->daemon, 19));
}
