/* SPDX-License-Identifier: ISC */
/* A descriptor where none belongs. */
#include "tests/attacks/attack.h"
#include "tests/attacks/rights.h"

ATTACK(rights_one, ATTACK_OTHERS)
{
	return send_descriptors(arena->pair, SCM_RIGHTS, 1);
}
