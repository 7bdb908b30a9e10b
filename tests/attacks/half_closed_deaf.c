/* SPDX-License-Identifier: ISC */
/* Hears nothing more, and goes on asking. */
#include "tests/attacks/attack.h"

ATTACK(half_closed_deaf, ATTACK_OTHERS)
{
	unsigned char record[PSD_FRAME_HEADER + 8] = { 0 };

	(void)attack_header(record, PSD_FRAME_REQUEST, 2, 0);
	(void)shutdown(arena->pair, SHUT_RD);
	for (int i = 0; i < 1000; i++)
		if (send(arena->pair, record, sizeof(record), MSG_NOSIGNAL) < 0)
			return errno;
	return 0;
}
