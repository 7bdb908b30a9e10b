/* SPDX-License-Identifier: ISC */
/* An answer, from where only questions come. */
#include "tests/attacks/attack.h"

ATTACK(frame_reply, ATTACK_ASKS)
{
	unsigned char record[PSD_FRAME_HEADER + 8] = { 0 };

	(void)attack_header(record, PSD_FRAME_REPLY, 2, 0);
	return attack_send(arena, record, sizeof(record));
}
