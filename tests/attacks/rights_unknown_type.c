/* SPDX-License-Identifier: ISC */
/* Ancillary data that nobody knows. */
#include "tests/attacks/attack.h"
#include "tests/attacks/rights.h"

ATTACK(rights_unknown_type, ATTACK_OTHERS)
{
	return send_descriptors(arena->pair, 0x7f, 1);
}
