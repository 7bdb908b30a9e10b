/* SPDX-License-Identifier: ISC */
/* Another root, by a mount. */
#include "tests/attacks/attack.h"

#include <sys/syscall.h>

ATTACK(pivot, ATTACK_CALLS)
{
	return attack_errno(syscall(SYS_pivot_root, "/", "/"));
}
