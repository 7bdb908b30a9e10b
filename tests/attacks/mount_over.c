/* SPDX-License-Identifier: ISC */
/* A mount over everything. */
#include "tests/attacks/attack.h"

#include <sys/mount.h>

ATTACK(mount_over, ATTACK_CALLS)
{
	return attack_errno(mount("none", "/", "tmpfs", 0, NULL));
}
