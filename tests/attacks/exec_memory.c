/* SPDX-License-Identifier: ISC */
/* Memory that it has written and that the processor would execute. */
#include "tests/attacks/attack.h"

#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/shm.h>
#include <sys/syscall.h>

enum { SIZE = 4096 };

static int
judge_map(const void *at)
{
	return at == MAP_FAILED ? errno : 0;
}

static void *
map_own(int prot)
{
	return mmap(NULL, SIZE, prot, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

ATTACK(map_write_execute, ATTACK_FILTERED)
{
	return judge_map(map_own(PROT_READ | PROT_WRITE | PROT_EXEC));
}

ATTACK(map_execute, ATTACK_FILTERED)
{
	return judge_map(map_own(PROT_READ | PROT_EXEC));
}

/* A descriptor beside it makes it no file's. */
ATTACK(map_execute_descriptor, ATTACK_FILTERED)
{
	return judge_map(mmap(NULL, SIZE, PROT_READ | PROT_EXEC,
	    MAP_PRIVATE | MAP_ANONYMOUS, arena->pair, 0));
}

ATTACK(protect_execute, ATTACK_FILTERED)
{
	void *at = map_own(PROT_READ | PROT_WRITE);

	if (at == MAP_FAILED)
		return errno;
	return attack_errno(mprotect(at, SIZE, PROT_READ | PROT_EXEC));
}

ATTACK(protect_text, ATTACK_FILTERED)
{
	void *const text =
	    (void *)((unsigned long)judge_map & ~(unsigned long)(SIZE - 1));

	return attack_errno(
	    mprotect(text, SIZE, PROT_READ | PROT_WRITE | PROT_EXEC));
}

ATTACK(protect_key_execute, ATTACK_FILTERED)
{
	void *at = map_own(PROT_READ | PROT_WRITE);

	if (at == MAP_FAILED)
		return errno;
	return attack_errno(
	    syscall(SYS_pkey_mprotect, at, SIZE, PROT_READ | PROT_EXEC, -1));
}

ATTACK(shared_execute, ATTACK_FILTERED)
{
	const int id = shmget(IPC_PRIVATE, SIZE, IPC_CREAT | 0700);
	const void *at;
	int r;

	if (id < 0)
		return errno;
	at = shmat(id, NULL, SHM_EXEC);
	r = judge_map(at);
	(void)shmctl(id, IPC_RMID, NULL);
	return r;
}

ATTACK(memory_file_execute, ATTACK_FILTERED)
{
	const int fd = (int)syscall(SYS_memfd_create, "code", 0);

	if (fd < 0)
		return errno;
	if (ftruncate(fd, SIZE) < 0)
		return errno;
	return judge_map(
	    mmap(NULL, SIZE, PROT_READ | PROT_EXEC, MAP_SHARED, fd, 0));
}

/* Afterwards whatever may be read may be executed. */
ATTACK(personality_execute, ATTACK_FILTERED)
{
	return attack_errno(personality(READ_IMPLIES_EXEC));
}
