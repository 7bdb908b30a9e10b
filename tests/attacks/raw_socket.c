/* SPDX-License-Identifier: ISC */
/* Packets of any kind. */
#include "tests/attacks/attack.h"

#include <netinet/in.h>

ATTACK(raw_socket, ATTACK_CALLS)
{
	return attack_errno(
	    socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW));
}
