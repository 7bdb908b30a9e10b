/* SPDX-License-Identifier: ISC */
/*
 * A key of whoever started the daemon, asked for by name, and then the kernel
 * asked to have root's program for it make one.
 */
#include "tests/attacks/attack.h"

#include <sys/syscall.h>

ATTACK(request_key, ATTACK_CALLS)
{
	if (syscall(SYS_request_key, "user", ATTACK_KEY, NULL, 0) >= 0)
		return 0;
	return attack_errno(
	    syscall(SYS_request_key, "user", ATTACK_KEY, "debug:none", 0));
}
