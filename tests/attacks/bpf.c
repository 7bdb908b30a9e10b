/* SPDX-License-Identifier: ISC */
/* A program inside the kernel. */
#include "tests/attacks/attack.h"

#include <sys/syscall.h>

ATTACK(bpf, ATTACK_CALLS)
{
	char attributes[128] = { 0 };

	return attack_errno(
	    syscall(SYS_bpf, 5, attributes, sizeof(attributes)));
}
