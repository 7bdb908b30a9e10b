/* SPDX-License-Identifier: ISC */
/* Root of a namespace of its own names the host. */
#include "tests/attacks/attack.h"

#include <sched.h>

ATTACK(user_namespace_name, ATTACK_CALLS)
{
	if (unshare(CLONE_NEWUSER) < 0)
		return errno;
	return attack_errno(sethostname("owned", 5));
}
