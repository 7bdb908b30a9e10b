/* SPDX-License-Identifier: ISC */
/* Neither a question nor an answer. */
#include "tests/attacks/attack.h"

ATTACK(frame_unknown_type, ATTACK_ASKS)
{
	unsigned char record[PSD_FRAME_HEADER + 8] = { 0 };

	(void)attack_header(record, 3, 2, 0);
	return attack_send(arena, record, sizeof(record));
}
