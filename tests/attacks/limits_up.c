/* SPDX-License-Identifier: ISC */
/* Limits that root set. */
#include "tests/attacks/attack.h"

#include <sys/resource.h>

ATTACK(limits_up, ATTACK_CALLS)
{
	const struct rlimit more = { RLIM_INFINITY, RLIM_INFINITY };

	return attack_errno(setrlimit(RLIMIT_NPROC, &more));
}
