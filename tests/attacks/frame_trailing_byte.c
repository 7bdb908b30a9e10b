/* SPDX-License-Identifier: ISC */
/* One byte more than the operation has fields for. */
#include "tests/attacks/attack.h"

ATTACK(frame_trailing_byte, ATTACK_ASKS)
{
	unsigned char record[PSD_FRAME_HEADER + 9] = { 0 };

	(void)attack_header(record, PSD_FRAME_REQUEST, 2, 0);
	return attack_send(arena, record, sizeof(record));
}
