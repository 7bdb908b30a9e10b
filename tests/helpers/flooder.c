/* SPDX-License-Identifier: ISC */
/*
 * Has a client, and from then on asks without end, as fast as it can, and reads
 * what it is answered, so that nothing holds it back.
 */
#include "common/frame.h"
#include "helper/privsep.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

enum { BURST = 64, PING = 2 };

/* A request's header and an empty cookie, little-endian. */
static const unsigned char ping[PSD_FRAME_HEADER + 8] = { PSD_FRAME_REQUEST, 0,
	PING };

static int
flood(int pair)
{
	unsigned char reply[PSD_FRAME_MAX];

	for (;;) {
		for (int i = 0; i < BURST; i++)
			if (send(pair, ping, sizeof(ping),
				MSG_NOSIGNAL | MSG_DONTWAIT) < 0 &&
			    errno != EAGAIN)
				return errno;
		while (recv(pair, reply, sizeof(reply), MSG_DONTWAIT) > 0)
			;
	}
}

int
main(void)
{
	struct privsep *conversation;

	if (privsep_init(&conversation) < 0 ||
	    privsep_accept(conversation, NULL) < 0)
		return 4;
	return flood(privsep_fd(conversation));
}
