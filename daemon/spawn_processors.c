/* SPDX-License-Identifier: ISC */
#include "common/raw.h"
#include "daemon/spawn_child.h"

#include <sched.h>

/*
 * In the control group already, whose processors bound these.  No filter of a
 * helper's has the call by a group, so it stays there.
 */
int
psd_spawn_bind_processors(struct psd_spawn_state *state)
{
	const cpu_set_t *const set = state->plan->processors;

	return set == NULL ? 0
			   : raw(SYS_sched_setaffinity, 0, sizeof(*set), set);
}
