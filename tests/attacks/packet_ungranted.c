/* SPDX-License-Identifier: ISC */
/* Frames of any kind, by request. */
#include "tests/attacks/attack.h"

ATTACK(packet_ungranted, ATTACK_ASKS)
{
	return -privsep_packet_socket(arena->conversation, "lo");
}
