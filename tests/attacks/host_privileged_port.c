/* SPDX-License-Identifier: ISC */
/* A port that only root may have. */
#include "tests/attacks/attack.h"

#include <arpa/inet.h>
#include <netinet/in.h>

ATTACK(host_privileged_port, ATTACK_CALLS)
{
	const struct sockaddr_in any = { .sin_family = AF_INET,
		.sin_port = htons(22) };
	const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return errno;
	return attack_errno(
	    bind(fd, (const struct sockaddr *)&any, sizeof(any)));
}
