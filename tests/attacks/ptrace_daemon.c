/* SPDX-License-Identifier: ISC */
/* The daemon, as its debugger. */
#include "tests/attacks/attack.h"

#include <sys/ptrace.h>

ATTACK(ptrace_daemon, ATTACK_CALLS)
{
	return attack_errno(ptrace(PTRACE_SEIZE, arena->daemon, NULL, NULL));
}
