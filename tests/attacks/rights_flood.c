/* SPDX-License-Identifier: ISC */
/* The same again and again. */
#include "tests/attacks/attack.h"
#include "tests/attacks/rights.h"

ATTACK(rights_flood, ATTACK_OTHERS)
{
	for (int i = 0; i < 200; i++) {
		const int error =
		    send_descriptors(arena->pair, SCM_RIGHTS, 253);

		if (error != 0)
			return error;
	}
	return 0;
}
