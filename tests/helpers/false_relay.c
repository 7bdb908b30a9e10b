/* SPDX-License-Identifier: ISC */
/*
 * A relay that somebody else has taken over: answers each request as the first
 * byte that comes by its connection says.
 */
#include "common/codec.h"
#include "common/hello.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PAIR = 3, STATUS_AT = 8 };

static struct psd_frame frame;

static void
lie(char how, uint32_t id)
{
	psd_encode_status(&frame, PSD_OP_relay, id, 0);
	switch (how) {
	case '1': /* of what nobody asked */
		psd_encode_status(&frame, PSD_OP_relay_end, id, 0);
		break;
	case '2': /* a status that is none */
		frame.bytes[STATUS_AT] = 1;
		break;
	case '3': /* too long */
		frame.bytes[frame.len++] = 0;
		break;
	case '4': /* twice, of which the second comes too late to be heeded */
		(void)psd_frame_send(PAIR, 1, &frame);
		break;
	default:
		break;
	}
	(void)psd_frame_send(PAIR, 1, &frame);
	psd_frame_clear(&frame);
}

/* What was passed on is closed only afterwards: nobody else ends it. */
static void
take(const struct psd_relay_req *req, uint32_t id)
{
	struct pollfd said = { .fd = req->connection, .events = POLLIN };
	char how = '\0';

	if (poll(&said, 1, -1) == 1)
		(void)recv(req->connection, &how, 1, 0);
	lie(how, id);
	(void)close(req->connection);
	(void)close(req->pair);
}

int
main(void)
{
	const struct psd_op_row *row = psd_relay_find(PSD_OP_relay);
	struct psd_relay_req req;
	struct psd_conv conv;

	psd_conv_init(&conv, PAIR);
	if (psd_hello_say(&conv, &frame) < 0)
		return 1;
	while (psd_conv_recv(&conv, 1, &frame) == PSD_HEARD_FRAME) {
		const uint32_t id = frame.id;
		const bool is_asked = frame.op == PSD_OP_relay &&
		    psd_decode(&frame, row->req, row->req_size, &req) == 0;

		psd_frame_clear(&frame);
		if (is_asked)
			take(&req, id);
	}
	return psd_conv_end(&conv) < 0 ? 1 : 0;
}
