/* SPDX-License-Identifier: ISC */
/* Says nothing more, with requests under way. */
#include "tests/attacks/attack.h"

ATTACK(half_closed_mute, ATTACK_OTHERS)
{
	unsigned char record[PSD_FRAME_HEADER + 8] = { 0 };

	(void)attack_header(record, PSD_FRAME_REQUEST, 2, 0);
	for (int i = 0; i < 50; i++)
		if (send(arena->pair, record, sizeof(record), MSG_NOSIGNAL) < 0)
			return errno;
	return attack_errno(shutdown(arena->pair, SHUT_WR));
}
