/* SPDX-License-Identifier: ISC */
/* Frames of any kind. */
#include "tests/attacks/attack.h"

#include <netinet/in.h>

ATTACK(packet_socket, ATTACK_CALLS)
{
	return attack_errno(socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0));
}
