/* SPDX-License-Identifier: ISC */
/*
 * The watcher: reads what a program's calls name, while they wait, for the
 * daemon, which never reads a helper's memory.  It has the program's uid, or
 * it could not; it answers no call and lets none pass, which is the daemon's.
 * It says hello as every helper does; from then on the daemon asks
 * (common/watcher.def).
 */
#include "helper/watcher/watcher.h"

#include "common/codec.h"
#include "common/conv.h"
#include "common/fd.h"
#include "common/hello.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/prctl.h>

/* Where every helper finds its end of the pair. */
enum { PAIR = 3 };

static struct psd_frame frame;

static int
watch(struct sight *sight, struct psd_watch_req *req)
{
	psd_fd_cleanup(&sight->listener);
	psd_fd_cleanup(&sight->proc);
	sight->listener = psd_fd_take(&req->listener);
	sight->proc = psd_fd_take(&req->proc);
	return 0;
}

static int
answer(struct psd_conv *conv, const struct sight *sight, uint32_t id,
    const struct psd_observe_req *req)
{
	struct psd_observe_rep rep;
	int r = psd_watcher_observe(sight, req, &rep);

	if (r == 0)
		r = psd_encode_reply(&frame, psd_watcher_find(PSD_OP_observe),
		    id, &rep);
	if (r < 0)
		psd_encode_status(&frame, PSD_OP_observe, id, r);
	r = psd_conv_send(conv, 1, &frame);
	psd_frame_clear(&frame);
	return r;
}

static int
perform(struct psd_conv *conv, struct sight *sight)
{
	const struct psd_op_row *row = psd_watcher_find(frame.op);
	const uint32_t id = frame.id;
	union psd_any_req req;

	if (row == NULL || frame.type != PSD_FRAME_REQUEST ||
	    psd_decode(&frame, row->req, row->req_size, &req) < 0)
		return -EPROTO;
	psd_frame_clear(&frame);
	if ((uint32_t)row->op == PSD_OP_watch)
		return watch(sight, &req.as_watch);
	return answer(conv, sight, id, &req.as_observe);
}

static int
serve(struct psd_conv *conv, struct sight *sight)
{
	enum psd_heard heard;
	int r = 0;

	while (
	    r == 0 && (heard = psd_conv_recv(conv, 1, &frame)) != PSD_HEARD_END)
		r = heard == PSD_HEARD_FRAME ? perform(conv, sight) : -EPROTO;
	return r;
}

int
main(void)
{
	struct sight sight = { .listener = PSD_NO_FD, .proc = PSD_NO_FD };
	struct psd_conv conv;

	/* Whoever has our uid is not to read us in turn. */
	if (prctl(PR_SET_DUMPABLE, 0UL, 0UL, 0UL, 0UL) < 0)
		return EXIT_FAILURE;
	psd_conv_init(&conv, PAIR);
	if (psd_hello_say(&conv, &frame) < 0 || serve(&conv, &sight) < 0)
		return EXIT_FAILURE;
	return psd_conv_end(&conv) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
