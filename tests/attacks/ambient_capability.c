/* SPDX-License-Identifier: ISC */
/* A capability that programs would inherit. */
#include "tests/attacks/attack.h"

#include <linux/capability.h>
#include <sys/prctl.h>

ATTACK(ambient_capability, ATTACK_CALLS)
{
	return attack_errno(
	    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_SYS_ADMIN, 0, 0));
}
