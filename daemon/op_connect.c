/* SPDX-License-Identifier: ISC */
#include "common/fd.h"
#include "daemon/call.h"
#include "daemon/connect.h"
#include "daemon/instance.h"
#include "daemon/service.h"

#include <errno.h>

static void
forget(struct psd_call *call)
{
	psd_connect_cancel(call->state);
	call->state = NULL;
}

static void
finish(void *cookie, int fd)
{
	struct psd_call *call = cookie;
	struct psd_connect_rep rep = { .connection = fd };

	call->state = NULL;
	psd_call_finish(call, fd < 0 ? fd : 0, &rep);
	psd_fd_cleanup(&rep.connection);
}

/*
 * Safe because the socket is connected to the very endpoint that was checked,
 * and pinned to it: a stream cannot be connected to anyone else, and a
 * datagram socket, which a helper without its filter could send elsewhere
 * with, hears nobody else.
 */
int
psd_do_connect(struct psd_call *call, const struct psd_connect_req *req,
    struct psd_connect_rep *rep)
{
	struct psd_call *kept = psd_call_keep(call, forget);
	struct psd_connect *connect;
	int r;

	if (kept == NULL)
		return -errno;
	r = psd_connect_begin(psd_loop(
				  psd_instance_service(call->peer)->daemon),
	    req->protocol, &req->endpoint, psd_call_patience(call), finish,
	    kept, &connect);
	if (r == -EINPROGRESS) {
		kept->state = connect;
		return PSD_LATER;
	}
	psd_call_drop(kept);
	if (r < 0)
		return r;
	rep->connection = r;
	return 0;
}
