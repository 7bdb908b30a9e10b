/* SPDX-License-Identifier: ISC */
/* Echoes of an address that no line names. */
#include "tests/attacks/attack.h"

#include <arpa/inet.h>
#include <netinet/in.h>

ATTACK(icmp_ungranted, ATTACK_ASKS)
{
	const struct sockaddr_in host = { .sin_family = AF_INET,
		.sin_addr = { htonl(INADDR_LOOPBACK) } };

	return -privsep_icmp_socket(arena->conversation,
	    (const struct sockaddr *)&host, sizeof(host));
}
