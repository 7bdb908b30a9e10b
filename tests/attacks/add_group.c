/* SPDX-License-Identifier: ISC */
/* A supplementary group. */
#include "tests/attacks/attack.h"

#include <grp.h>

ATTACK(add_group, ATTACK_CALLS)
{
	const gid_t root = 0;

	return attack_errno(setgroups(1, &root));
}
