/* SPDX-License-Identifier: ISC */
#include "daemon/call.h"
#include "daemon/instance.h"
#include "daemon/service.h"

#include <errno.h>

/*
 * Safe because the helper only says that it has room: which connection it is
 * given, of those who were let in by the service's own listeners and door, is
 * decided here, and a connection can neither be bound nor made to listen
 * again.
 */
int
psd_do_accept(struct psd_call *call, const struct psd_accept_req *req,
    struct psd_accept_rep *rep)
{
	struct psd_call *kept;
	int r;

	(void)req;
	(void)rep;
	r = psd_instance_may_accept(call->peer);
	if (r < 0)
		return r;
	/* Those that it had are over, unless it asked before a re-exec. */
	if (call->since_usec == 0)
		psd_clients_forget(&call->peer->clients);
	kept = psd_call_keep(call, psd_service_forget_accept);
	if (kept == NULL)
		return -errno;
	psd_service_queue_accept(psd_instance_service(call->peer), kept);
	return PSD_LATER;
}
