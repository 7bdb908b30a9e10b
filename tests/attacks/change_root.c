/* SPDX-License-Identifier: ISC */
/* Another root directory. */
#include "tests/attacks/attack.h"

#include <unistd.h>

ATTACK(change_root, ATTACK_CALLS)
{
	return attack_errno(chroot("/"));
}
