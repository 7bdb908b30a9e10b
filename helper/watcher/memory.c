/* SPDX-License-Identifier: ISC */
/*
 * The memory of a program that was refused a privilege is read here and
 * nowhere else, into a buffer of fixed size, and nothing of it is believed.
 */
#include "helper/watcher/watcher.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

/* The smallest that any page is; nothing is lost where they are larger. */
enum { PAGE = 4096, PIECES = 2 };

/*
 * What lies behind the end of a page may not be there, and the kernel is free
 * to give nothing of a piece that it cannot give whole.
 */
ssize_t
psd_watcher_read(pid_t pid, uint64_t address, void *ret, size_t size)
{
	const size_t first = PAGE - (size_t)(address % PAGE);
	struct iovec into = { .iov_base = ret, .iov_len = size };
	struct iovec from[PIECES] = {
		{ .iov_base = (void *)(uintptr_t)address,
		    .iov_len = size < first ? size : first },
		{ .iov_base = (void *)(uintptr_t)(address + first),
		    .iov_len = size < first ? 0 : size - first },
	};
	const ssize_t n = process_vm_readv(pid, &into, 1, from, PIECES, 0);

	if (n < 0)
		return -errno;
	return n == 0 ? -EFAULT : n;
}

int
psd_watcher_start(const struct sight *sight, pid_t pid, int dir, char *ret,
    size_t size)
{
	char name[48];
	ssize_t n;

	if (dir == AT_FDCWD)
		(void)snprintf(name, sizeof(name), "%d/cwd", (int)pid);
	else
		(void)snprintf(name, sizeof(name), "%d/fd/%d", (int)pid, dir);
	n = readlinkat(sight->proc, name, ret, size - 1);
	if (n < 0)
		return -errno;
	/* "pipe:[4711]": it starts from nothing that has a place. */
	if ((size_t)n >= size - 1 || n == 0 || ret[0] != '/')
		return -ENOTDIR;
	ret[n] = '\0';
	return 0;
}
