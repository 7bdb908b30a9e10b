/* SPDX-License-Identifier: ISC */
/* A descriptor out of the daemon. */
#include "tests/attacks/attack.h"

#include <sys/syscall.h>

ATTACK(pidfd_of_daemon, ATTACK_CALLS)
{
	const long pidfd = syscall(SYS_pidfd_open, arena->daemon, 0);

	if (pidfd < 0)
		return errno;
	return attack_errno(syscall(SYS_pidfd_getfd, pidfd, 3, 0));
}
