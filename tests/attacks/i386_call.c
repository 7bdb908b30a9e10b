/* SPDX-License-Identifier: ISC */
/* A call of the 32-bit ABI. */
#include "tests/attacks/attack.h"

#if defined(__x86_64__)
static long
call_getpid(void)
{
	long r;

	__asm__ volatile("int $0x80" : "=a"(r) : "a"(20L) : "memory");
	return r;
}
#else
static long
call_getpid(void)
{
	return -ENOSYS;
}
#endif

ATTACK(i386_call, ATTACK_CALLS)
{
	const long r = call_getpid();

	return r < 0 ? (int)-r : 0;
}
