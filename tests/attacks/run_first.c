/* SPDX-License-Identifier: ISC */
/* Before everybody else, always. */
#include "tests/attacks/attack.h"

#include <sched.h>

ATTACK(run_first, ATTACK_CALLS)
{
	const struct sched_param first = { 99 };

	return attack_errno(sched_setscheduler(0, SCHED_FIFO, &first));
}
