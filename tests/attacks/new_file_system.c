/* SPDX-License-Identifier: ISC */
/* A file system of its own. */
#include "tests/attacks/attack.h"

#include <sys/syscall.h>

ATTACK(new_file_system, ATTACK_CALLS)
{
	return attack_errno(syscall(SYS_fsopen, "tmpfs", 0));
}
