/* SPDX-License-Identifier: ISC */
/* A good ping, and then more than any frame may have. */
#include "tests/attacks/attack.h"

ATTACK(frame_too_long, ATTACK_ASKS)
{
	static unsigned char record[PSD_FRAME_MAX + 1];

	(void)attack_header(record, PSD_FRAME_REQUEST, 2, 0);
	return attack_send(arena, record, sizeof(record));
}
