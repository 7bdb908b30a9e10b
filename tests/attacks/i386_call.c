/* SPDX-License-Identifier: ISC */
/* A call of the 32-bit ABI. */
#include "tests/attacks/attack.h"

ATTACK(i386_call, ATTACK_CALLS)
{
	long r = -ENOSYS;

#if defined(__x86_64__)
	/* getpid() there. */
	__asm__ volatile("int $0x80" : "=a"(r) : "a"(20L) : "memory");
#endif
	return r < 0 ? (int)-r : 0;
}
