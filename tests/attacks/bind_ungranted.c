/* SPDX-License-Identifier: ISC */
/* Datagrams for a port that no line names. */
#include "tests/attacks/attack.h"

#include <arpa/inet.h>
#include <netinet/in.h>

ATTACK(bind_ungranted, ATTACK_ASKS)
{
	const struct sockaddr_in any = { .sin_family = AF_INET,
		.sin_port = htons(53) };

	return -privsep_bind(arena->conversation, (const struct sockaddr *)&any,
	    sizeof(any));
}
