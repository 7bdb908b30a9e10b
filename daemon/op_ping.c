/* SPDX-License-Identifier: ISC */
#include "common/hot.h"
#include "daemon/call.h"

/*
 * Safe because the only thing that goes back is what came in.
 */
PSD_HOT int
psd_do_ping(struct psd_call *call, const struct psd_ping_req *req,
    struct psd_ping_rep *rep)
{
	(void)call;
	rep->cookie = req->cookie;
	return 0;
}
