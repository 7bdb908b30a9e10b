/* SPDX-License-Identifier: ISC */
/* Into the memory of the daemon. */
#include "tests/attacks/attack.h"

#include <sys/uio.h>

ATTACK(write_memory, ATTACK_CALLS)
{
	char byte = 0;
	const struct iovec ours = { &byte, 1 };
	const struct iovec theirs = { &byte, 1 };

	return attack_errno(
	    process_vm_writev(arena->daemon, &ours, 1, &theirs, 1, 0));
}
