/* SPDX-License-Identifier: ISC */
/* A disk of its own. */
#include "tests/attacks/attack.h"

#include <sys/stat.h>
#include <sys/sysmacros.h>

ATTACK(make_device, ATTACK_CALLS)
{
	return attack_errno(mknod("disk", S_IFBLK | 0666, makedev(8, 0)));
}
