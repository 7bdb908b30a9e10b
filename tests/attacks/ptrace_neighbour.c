/* SPDX-License-Identifier: ISC */
/* Another service's helper, as its debugger. */
#include "tests/attacks/attack.h"

#include <sys/ptrace.h>

ATTACK(ptrace_neighbour, ATTACK_CALLS)
{
	return attack_errno(
	    ptrace(PTRACE_ATTACH, arena->neighbour, NULL, NULL));
}
