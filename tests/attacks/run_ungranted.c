/* SPDX-License-Identifier: ISC */
/* A program that has a policy of its own. */
#include "tests/attacks/attack.h"

ATTACK(run_ungranted, ATTACK_ASKS)
{
	struct privsep_program program;

	return -privsep_run(arena->conversation, "neighbour", &program);
}
