/* SPDX-License-Identifier: ISC */
/* Asks and asks, and never reads an answer. */
#include "tests/attacks/attack.h"

ATTACK(flood_pings, ATTACK_OTHERS)
{
	unsigned char record[PSD_FRAME_HEADER + 8] = { 0 };

	(void)attack_header(record, PSD_FRAME_REQUEST, 2, 0);
	for (int i = 0; i < 20000; i++)
		if (send(arena->pair, record, sizeof(record),
			MSG_NOSIGNAL | MSG_DONTWAIT) < 0 &&
		    errno != EAGAIN)
			return errno;
	return EAGAIN;
}
