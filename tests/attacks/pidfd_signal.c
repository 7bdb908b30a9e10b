/* SPDX-License-Identifier: ISC */
/* A signal through a process descriptor. */
#include "tests/attacks/attack.h"

#include <signal.h>
#include <sys/syscall.h>

ATTACK(pidfd_signal, ATTACK_CALLS)
{
	const long pidfd = syscall(SYS_pidfd_open, arena->daemon, 0);

	if (pidfd < 0)
		return errno;
	return attack_errno(
	    syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, NULL, 0));
}
