/* SPDX-License-Identifier: ISC */
/* The promise to gain none, taken back. */
#include "tests/attacks/attack.h"

#include <sys/prctl.h>

ATTACK(new_privileges, ATTACK_CALLS)
{
	return attack_errno(prctl(PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0));
}
