/* SPDX-License-Identifier: ISC */
/*
 * A watcher that somebody else has taken over: says hello, and then answers as
 * the pointer of the call that it is asked about says.
 */
#include "common/callargs.h"
#include "common/codec.h"
#include "common/conv.h"
#include "common/hello.h"

#include <string.h>
#include <unistd.h>

enum { PAIR = 3, STATUS_AT = 8 };

static struct psd_frame frame;
static unsigned char many[PSD_BYTES_MAX];

static void
send_frame(void)
{
	if (psd_frame_send(PAIR, 1, &frame) < 0)
		_exit(1);
	psd_frame_clear(&frame);
}

static void
encode(uint32_t id, const char *name, uint32_t len, uint32_t flags)
{
	struct psd_observe_rep rep = {
		.flags = flags,
		.how = UINT64_MAX,
		.first = { (const unsigned char *)name, len },
		.second = { many, sizeof(many) / 4 },
	};

	psd_frame_init(&frame);
	(void)psd_encode_reply(&frame, psd_watcher_find(PSD_OP_observe), id,
	    &rep);
}

static void
lie(uint64_t which, uint32_t id)
{
	static const char forged[] = "/proc/\nforged[1]: \033[2J\0more";

	switch (which) {
	case 1: /* of another question */
		encode(id + 1, "/x", 2, 0);
		break;
	case 2: /* of another operation */
		encode(id, "/x", 2, 0);
		frame.bytes[2] = PSD_OP_ping;
		frame.bytes[3] = 0;
		break;
	case 3: /* cut */
		encode(id, "/x", 2, 0);
		frame.len -= 3;
		break;
	case 4: /* too long */
		encode(id, "/x", 2, 0);
		frame.bytes[frame.len++] = 0;
		break;
	case 5: /* a status that is none */
		psd_encode_status(&frame, PSD_OP_observe, id, 0);
		frame.bytes[STATUS_AT] = 1;
		break;
	case 6: /* twice */
		encode(id, "/x", 2, 0);
		send_frame();
		encode(id, "/x", 2, 0);
		break;
	case 7: /* a request */
		encode(id, "/x", 2, 0);
		frame.bytes[0] = PSD_FRAME_REQUEST;
		break;
	case 13: /* what is seen, and that it cannot be */
		psd_encode_status(&frame, PSD_OP_observe, id, -2);
		frame.bytes[frame.len++] = 0;
		break;
	case 8: /* no answer */
		_exit(0);
	case 9: /* what is not so, and would be a line of the log */
		encode(id, forged, sizeof(forged), 0);
		break;
	case 10:
		encode(id, forged, sizeof(forged), UINT32_MAX);
		break;
	case 11: /* the call has gone, which it has not */
		psd_encode_status(&frame, PSD_OP_observe, id, -2);
		break;
	case 12: /* never */
		return;
	default:
		encode(id, "/etc/ld.so.cache", 16, 0);
	}
	send_frame();
}

int
main(void)
{
	struct psd_conv conv;
	struct psd_observe_req req;

	memset(many, '/', sizeof(many));
	psd_conv_init(&conv, PAIR);
	if (psd_hello_say(&conv, &frame) < 0)
		return 1;
	while (psd_conv_recv(&conv, 1, &frame) == PSD_HEARD_FRAME) {
		const struct psd_op_row *row = psd_watcher_find(frame.op);
		const uint32_t id = frame.id;
		const bool is_asked = frame.op == PSD_OP_observe &&
		    psd_decode(&frame, row->req, row->req_size, &req) == 0;

		psd_frame_clear(&frame);
		if (is_asked)
			lie(req.arg1, id);
	}
	return psd_conv_end(&conv) < 0 ? 1 : 0;
}
