/* SPDX-License-Identifier: ISC */
/* The clock of the host. */
#include "tests/attacks/attack.h"

#include <time.h>

ATTACK(set_clock, ATTACK_CALLS)
{
	const struct timespec zero = { 0, 0 };

	return attack_errno(clock_settime(CLOCK_REALTIME, &zero));
}
