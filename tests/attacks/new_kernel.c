/* SPDX-License-Identifier: ISC */
/* Another kernel. */
#include "tests/attacks/attack.h"

#include <sys/syscall.h>

ATTACK(new_kernel, ATTACK_CALLS)
{
	return attack_errno(syscall(SYS_kexec_load, 0UL, 0UL, NULL, 0UL));
}
