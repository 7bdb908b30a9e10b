/* SPDX-License-Identifier: ISC */
/* One byte less than the operation has fields for. */
#include "tests/attacks/attack.h"

ATTACK(frame_cut_body, ATTACK_ASKS)
{
	unsigned char record[PSD_FRAME_HEADER + 7] = { 0 };

	(void)attack_header(record, PSD_FRAME_REQUEST, 2, 0);
	return attack_send(arena, record, sizeof(record));
}
