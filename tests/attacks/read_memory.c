/* SPDX-License-Identifier: ISC */
/* The memory of another helper. */
#include "tests/attacks/attack.h"

#include <sys/uio.h>

ATTACK(read_memory, ATTACK_CALLS)
{
	char byte;
	const struct iovec ours = { &byte, 1 };
	const struct iovec theirs = { &byte, 1 };

	return attack_errno(
	    process_vm_readv(arena->neighbour, &ours, 1, &theirs, 1, 0));
}
