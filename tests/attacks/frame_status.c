/* SPDX-License-Identifier: ISC */
/* A request that says how it went. */
#include "tests/attacks/attack.h"

ATTACK(frame_status, ATTACK_ASKS)
{
	unsigned char record[PSD_FRAME_HEADER + 8] = { 0 };

	(void)attack_header(record, PSD_FRAME_REQUEST, 2, -1);
	return attack_send(arena, record, sizeof(record));
}
