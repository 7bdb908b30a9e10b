/* SPDX-License-Identifier: ISC */
/* As many descriptors as a message may have. */
#include "tests/attacks/attack.h"
#include "tests/attacks/rights.h"

ATTACK(rights_most, ATTACK_OTHERS)
{
	return send_descriptors(arena->pair, SCM_RIGHTS, 253);
}
