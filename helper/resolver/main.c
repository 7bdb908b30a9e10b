/* SPDX-License-Identifier: ISC */
/*
 * The resolver: all name service and DNS code runs here, confined, for the
 * daemon, which has none.  It says hello as every helper does; from then on
 * the daemon asks (common/resolver.def), one question at a time, and it
 * answers.  A look that takes too long is ended by the daemon, with the whole
 * process.
 */
#include "helper/resolver/resolver.h"

#include "common/codec.h"
#include "common/conv.h"
#include "common/hello.h"

#include <errno.h>
#include <netinet/in.h>
#include <resolv.h>
#include <stdlib.h>

/* Where every helper finds its end of the pair. */
enum { PAIR = 3 };

static struct psd_frame frame;

static int
send_frame(struct psd_conv *conv)
{
	const int r = psd_conv_send(conv, 1, &frame);

	psd_frame_clear(&frame);
	return r;
}

static int
perform(const struct psd_op_row *row, const union psd_any_req *req,
    union psd_any_rep *rep)
{
	switch ((uint32_t)row->op) {
#define OP(name, number, text) \
	case number: \
		return psd_answer_##name(&req->as_##name, &rep->as_##name);
#include "common/ops_rows.h"
#include "common/resolver.def"
#include "common/ops_clear.h"
	default:
		break;
	}
	return -ENOSYS;
}

/* Answers the question in frame. */
static int
answer(struct psd_conv *conv)
{
	const struct psd_op_row *row = psd_lookup_find(frame.op);
	const uint32_t id = frame.id;
	union psd_any_req req;
	union psd_any_rep rep;
	int r;

	if (row == NULL || frame.type != PSD_FRAME_REQUEST ||
	    psd_decode(&frame, row->req, row->req_size, &req) < 0)
		return -EPROTO;
	psd_fields_init(row->rep, row->rep_size, &rep);
	r = perform(row, &req, &rep);
	psd_frame_clear(&frame);
	if (r == 0)
		r = psd_encode_reply(&frame, row, id, &rep);
	if (r < 0)
		psd_encode_status(&frame, (uint16_t)row->op, id, r);
	return send_frame(conv);
}

static int
serve(struct psd_conv *conv)
{
	enum psd_heard heard;
	int r = 0;

	while (
	    r == 0 && (heard = psd_conv_recv(conv, 1, &frame)) != PSD_HEARD_END)
		r = heard == PSD_HEARD_FRAME ? answer(conv) : -EPROTO;
	return r;
}

int
main(void)
{
	struct psd_conv conv;

	/*
	 * What is granted is the name that is asked for, so no domain is put
	 * behind it: resolv.conf's "search" has no say.  Where there is no
	 * name server to be read of, files still answer.
	 */
	(void)res_init();
	_res.options &= ~(unsigned long)(RES_DNSRCH | RES_DEFNAMES);
	psd_conv_init(&conv, PAIR);
	if (psd_hello_say(&conv, &frame) < 0 || serve(&conv) < 0)
		return EXIT_FAILURE;
	return psd_conv_end(&conv) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
