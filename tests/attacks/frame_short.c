/* SPDX-License-Identifier: ISC */
/* A header that is cut. */
#include "tests/attacks/attack.h"

ATTACK(frame_short, ATTACK_ASKS)
{
	unsigned char record[PSD_FRAME_HEADER];

	(void)attack_header(record, PSD_FRAME_REQUEST, 2, 0);
	return attack_send(arena, record, PSD_FRAME_HEADER - 1);
}
