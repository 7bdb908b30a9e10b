/* SPDX-License-Identifier: ISC */
/* A text that says to be 4 GiB long. */
#include "tests/attacks/attack.h"

ATTACK(frame_huge_length, ATTACK_ASKS)
{
	unsigned char record[PSD_FRAME_HEADER + 8];
	const size_t len = attack_header(record, PSD_FRAME_REQUEST, 4, 0);

	memset(record + len, 0xff, sizeof(record) - len);
	return attack_send(arena, record, sizeof(record));
}
