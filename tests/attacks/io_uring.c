/* SPDX-License-Identifier: ISC */
/* Input and output without system calls, which no filter would see. */
#include "tests/attacks/attack.h"

#include <sys/syscall.h>

enum { ENTRIES = 8 };

ATTACK(io_uring_setup, ATTACK_FILTERED)
{
	unsigned char parameters[120] = { 0 };

	return attack_errno(syscall(SYS_io_uring_setup, ENTRIES, parameters));
}

ATTACK(io_uring_enter, ATTACK_CALLS)
{
	return attack_errno(
	    syscall(SYS_io_uring_enter, arena->pair, 1, 0, 0, NULL, 0));
}

/* An invented descriptor would do for some of what is registered. */
ATTACK(io_uring_register, ATTACK_CALLS)
{
	return attack_errno(
	    syscall(SYS_io_uring_register, arena->pair, 0, NULL, 0));
}
