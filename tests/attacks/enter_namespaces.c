/* SPDX-License-Identifier: ISC */
/* The namespaces of the daemon. */
#include "tests/attacks/attack.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>

ATTACK(enter_namespaces, ATTACK_CALLS)
{
	char path[64];
	int fd;

	(void)snprintf(path, sizeof(path), "/proc/%d/ns/mnt",
	    (int)arena->daemon);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? errno : attack_errno(setns(fd, 0));
}
