/* SPDX-License-Identifier: ISC */
#include "tests/faults/registers.h"

#include <elf.h>
#include <errno.h>
#include <stddef.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>

#if defined(__x86_64__)

static uint64_t *
result_of(struct user_regs_struct *registers)
{
	return (uint64_t *)&registers->rax;
}

static uint64_t *
argument_of(struct user_regs_struct *registers, unsigned index)
{
	unsigned long long *const at[] = { &registers->rdi, &registers->rsi,
		&registers->rdx, &registers->r10, &registers->r8,
		&registers->r9 };

	return (uint64_t *)at[index];
}

#elif defined(__aarch64__)

static uint64_t *
result_of(struct user_regs_struct *registers)
{
	return (uint64_t *)&registers->regs[0];
}

static uint64_t *
argument_of(struct user_regs_struct *registers, unsigned index)
{
	return (uint64_t *)&registers->regs[index];
}

#else
#error "teach tests/faults/registers.c this architecture"
#endif

static int
transfer(long request, pid_t pid, int set, void *bytes, size_t size)
{
	struct iovec vector = { .iov_base = bytes, .iov_len = size };

	return ptrace((enum __ptrace_request)request, pid, (void *)(long)set,
		   &vector) < 0
	    ? -errno
	    : 0;
}

static int
get(pid_t pid, struct user_regs_struct *ret)
{
	return transfer(PTRACE_GETREGSET, pid, NT_PRSTATUS, ret, sizeof(*ret));
}

static int
put(pid_t pid, struct user_regs_struct *registers)
{
	return transfer(PTRACE_SETREGSET, pid, NT_PRSTATUS, registers,
	    sizeof(*registers));
}

int
registers_restore_argument(pid_t pid, unsigned index, uint64_t value)
{
	struct user_regs_struct registers;
	const int r = get(pid, &registers);

	if (r < 0 || argument_of(&registers, index) == result_of(&registers))
		return r;
	*argument_of(&registers, index) = value;
	return put(pid, &registers);
}

#if defined(__x86_64__)

int
registers_set_call(pid_t pid, int number)
{
	struct user_regs_struct registers;
	const int r = get(pid, &registers);

	if (r < 0)
		return r;
	registers.orig_rax = (unsigned long long)number;
	return put(pid, &registers);
}

#else

int
registers_set_call(pid_t pid, int number)
{
	return transfer(PTRACE_SETREGSET, pid, NT_ARM_SYSTEM_CALL, &number,
	    sizeof(number));
}

#endif

int
registers_set_argument(pid_t pid, unsigned index, uint64_t value)
{
	struct user_regs_struct registers;
	const int r = get(pid, &registers);

	if (r < 0)
		return r;
	*argument_of(&registers, index) = value;
	return put(pid, &registers);
}

int
registers_set_result(pid_t pid, long result)
{
	struct user_regs_struct registers;
	const int r = get(pid, &registers);

	if (r < 0)
		return r;
	*result_of(&registers) = (uint64_t)result;
	return put(pid, &registers);
}
