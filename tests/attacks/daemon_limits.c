/* SPDX-License-Identifier: ISC */
/* Less descriptors for the daemon. */
#include "tests/attacks/attack.h"

#include <sys/resource.h>

ATTACK(daemon_limits, ATTACK_CALLS)
{
	const struct rlimit none = { 3, 3 };

	return attack_errno(prlimit(arena->daemon, RLIMIT_NOFILE, &none, NULL));
}
