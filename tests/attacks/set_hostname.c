/* SPDX-License-Identifier: ISC */
/* The name of the host. */
#include "tests/attacks/attack.h"

#include <unistd.h>

ATTACK(set_hostname, ATTACK_CALLS)
{
	return attack_errno(sethostname("owned", 5));
}
