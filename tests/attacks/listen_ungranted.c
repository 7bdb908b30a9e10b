/* SPDX-License-Identifier: ISC */
/* A port that no line names. */
#include "tests/attacks/attack.h"

#include <arpa/inet.h>
#include <netinet/in.h>

ATTACK(listen_ungranted, ATTACK_ASKS)
{
	const struct sockaddr_in any = { .sin_family = AF_INET,
		.sin_port = htons(22) };

	return -privsep_listen(arena->conversation,
	    (const struct sockaddr *)&any, sizeof(any));
}
