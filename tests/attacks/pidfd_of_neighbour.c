/* SPDX-License-Identifier: ISC */
/* A descriptor out of another helper. */
#include "tests/attacks/attack.h"

#include <sys/syscall.h>

ATTACK(pidfd_of_neighbour, ATTACK_CALLS)
{
	const long pidfd = syscall(SYS_pidfd_open, arena->neighbour, 0);

	if (pidfd < 0)
		return errno;
	return attack_errno(syscall(SYS_pidfd_getfd, pidfd, 3, 0));
}
