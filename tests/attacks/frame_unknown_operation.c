/* SPDX-License-Identifier: ISC */
/* An operation that nobody has. */
#include "tests/attacks/attack.h"

ATTACK(frame_unknown_operation, ATTACK_ASKS)
{
	unsigned char record[PSD_FRAME_HEADER];
	const size_t len = attack_header(record, PSD_FRAME_REQUEST, 65535, 0);

	return attack_send(arena, record, len);
}
