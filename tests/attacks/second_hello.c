/* SPDX-License-Identifier: ISC */
/* The once-only request, once more. */
#include "tests/attacks/attack.h"

ATTACK(second_hello, ATTACK_ASKS)
{
	unsigned char record[PSD_FRAME_HEADER + 8] = { 0 };

	(void)attack_header(record, PSD_FRAME_REQUEST, 1, 0);
	record[PSD_FRAME_HEADER] = 1;
	record[PSD_FRAME_HEADER + 4] = 1;
	return attack_send(arena, record, sizeof(record));
}
