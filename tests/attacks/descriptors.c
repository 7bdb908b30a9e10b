/* SPDX-License-Identifier: ISC */
/* A descriptor that it was not given: beside standard ones, pair and client. */
#include "tests/attacks/attack.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

enum { NUMBERS = 1 << 16, CLIENTS = 1 };

static bool
is_null(int fd)
{
	struct stat status;

	return fstat(fd, &status) == 0 && S_ISCHR(status.st_mode) &&
	    status.st_rdev == makedev(1, 3);
}

ATTACK(descriptors, ATTACK_CALLS)
{
	int others = 0;

	for (int fd = 0; fd < NUMBERS; fd++) {
		if (fcntl(fd, F_GETFD) < 0 || fd == arena->pair)
			continue;
		if (fd > STDERR_FILENO || !is_null(fd))
			others++;
	}
	return others == CLIENTS ? EBADF : 0;
}
