/* SPDX-License-Identifier: ISC */
/* The end of the host. */
#include "tests/attacks/attack.h"

#include <sys/syscall.h>

ATTACK(reboot, ATTACK_CALLS)
{
	return attack_errno(syscall(SYS_reboot, 0, 0, 0, NULL));
}
