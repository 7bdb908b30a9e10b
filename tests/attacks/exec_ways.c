/* SPDX-License-Identifier: ISC */
/* A second program in the place of the first, in every way there is. */
#include "tests/attacks/attack.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>

static char *const words[] = { (char[]){ "again" }, NULL };
static char *const *const none = words + 1;

#ifdef __x86_64__
#define LOADER "/lib64/ld-linux-x86-64.so.2"
#else
#define LOADER "/lib/ld-linux-aarch64.so.1"
#endif

static int
exec_descriptor(int fd)
{
	if (fd < 0)
		return errno;
	return attack_errno(
	    syscall(SYS_execveat, fd, "", words, none, AT_EMPTY_PATH));
}

ATTACK(exec_path, ATTACK_FILTERED)
{
	return attack_errno(execve("/bin/sh", words, none));
}

ATTACK(exec_at_path, ATTACK_FILTERED)
{
	return attack_errno(
	    syscall(SYS_execveat, AT_FDCWD, "/bin/sh", words, none, 0));
}

ATTACK(exec_itself, ATTACK_FILTERED)
{
	return attack_errno(execve("/proc/self/exe", words, none));
}

ATTACK(exec_loader, ATTACK_FILTERED)
{
	return attack_errno(execve(LOADER, words, none));
}

ATTACK(exec_loader_descriptor, ATTACK_FILTERED)
{
	return exec_descriptor(open(LOADER, O_RDONLY | O_CLOEXEC));
}

/* What the first one was executed by, and what has its number since. */
ATTACK(exec_number, ATTACK_FILTERED)
{
	struct rlimit limit;
	int r = EBADF;

	/* A call that the filter knows: the limit asked for by its address. */
	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return errno;
	for (rlim_t n = limit.rlim_max; n < limit.rlim_max + 4; n++)
		r = exec_descriptor((int)n);
	return r;
}

ATTACK(exec_memory_file, ATTACK_FILTERED)
{
	static const char script[] = "#!/bin/sh\n";
	const int fd = (int)syscall(SYS_memfd_create, "program", 0);

	if (fd < 0)
		return errno;
	if (write(fd, script, sizeof(script) - 1) < 0)
		return errno;
	return exec_descriptor(fd);
}

/* One that the daemon opened. */
ATTACK(exec_brokered, ATTACK_FILTERED)
{
	char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s/inside/setuid", arena->dir);
	return exec_descriptor(
	    privsep_open(arena->conversation, path, O_RDONLY, 0));
}
