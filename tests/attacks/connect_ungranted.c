/* SPDX-License-Identifier: ISC */
/* A server of the host, which no line names. */
#include "tests/attacks/attack.h"

#include <arpa/inet.h>
#include <netinet/in.h>

ATTACK(connect_ungranted, ATTACK_ASKS)
{
	const struct sockaddr_in host = { .sin_family = AF_INET,
		.sin_port = htons(22),
		.sin_addr = { htonl(INADDR_LOOPBACK) } };

	return -privsep_connect_address(arena->conversation, SOCK_STREAM,
	    (const struct sockaddr *)&host, sizeof(host));
}
