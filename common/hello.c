/* SPDX-License-Identifier: ISC */
#include "common/hello.h"

#include "common/codec.h"

#include <errno.h>

int
psd_hello_say(struct psd_conv *conv, struct psd_frame *frame)
{
	struct psd_hello_req req = {
		.oldest = PSD_PROTOCOL,
		.newest = PSD_PROTOCOL,
	};
	int r;

	psd_frame_init(frame);
	r = psd_encode_request(frame, psd_op_find(PSD_OP_hello), 0, &req);
	if (r == 0)
		r = psd_conv_send(conv, 1, frame);
	psd_frame_clear(frame);
	if (r < 0)
		return r;
	if (psd_conv_recv(conv, 1, frame) != PSD_HEARD_FRAME)
		return -EPIPE;
	r = frame->op == PSD_OP_hello ? frame->status : -EPROTO;
	psd_frame_clear(frame);
	return r;
}
