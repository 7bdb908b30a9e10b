/* SPDX-License-Identifier: ISC */
#ifndef TINY_H
#define TINY_H

/*
 * For programs without a C library: where they start, and system calls.
 * Whatever such a program asks of the kernel stands in its source.
 */

#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>

/* The end of the pair that a helper is started with. */
enum { TINY_PAIR = 3 };

#if defined(__x86_64__)

static inline long
tiny_call(long number, const uint64_t args[6])
{
	register uint64_t r10 __asm__("r10") = args[3];
	register uint64_t r8 __asm__("r8") = args[4];
	register uint64_t r9 __asm__("r9") = args[5];
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(args[0]), "S"(args[1]),
			 "d"(args[2]), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return result;
}

__asm__(".globl _start\n"
	"_start:\n"
	"	xorl %ebp, %ebp\n"
	"	movq %rsp, %rdi\n"
	"	andq $-16, %rsp\n"
	"	call tiny_main\n"
	"	hlt\n");

#elif defined(__aarch64__)

static inline long
tiny_call(long number, const uint64_t args[6])
{
	register long x8 __asm__("x8") = number;
	register uint64_t x0 __asm__("x0") = args[0];
	register uint64_t x1 __asm__("x1") = args[1];
	register uint64_t x2 __asm__("x2") = args[2];
	register uint64_t x3 __asm__("x3") = args[3];
	register uint64_t x4 __asm__("x4") = args[4];
	register uint64_t x5 __asm__("x5") = args[5];

	__asm__ volatile("svc #0"
			 : "+r"(x0)
			 : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
			 : "memory");
	return (long)x0;
}

__asm__(".globl _start\n"
	"_start:\n"
	"	mov x29, #0\n"
	"	mov x30, #0\n"
	"	mov x0, sp\n"
	"	bl tiny_main\n"
	"	brk #1\n");

#endif

/* stack is where the kernel has put argc, argv and the environment. */
__attribute__((noreturn, used)) void tiny_main(const uintptr_t *stack);

static inline long
tiny_read(int fd, void *ret, size_t size)
{
	const uint64_t args[6] = { (uint64_t)fd, (uintptr_t)ret, size };

	return tiny_call(SYS_read, args);
}

static inline long
tiny_write(int fd, const void *bytes, size_t len)
{
	const uint64_t args[6] = { (uint64_t)fd, (uintptr_t)bytes, len };

	return tiny_call(SYS_write, args);
}

__attribute__((noreturn)) static inline void
tiny_exit(int status)
{
	const uint64_t args[6] = { (uint64_t)status };

	for (;;)
		(void)tiny_call(SYS_exit_group, args);
}

#endif
