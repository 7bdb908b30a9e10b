/* SPDX-License-Identifier: ISC */
#include "daemon/call.h"
#include "daemon/instance.h"
#include "daemon/service.h"

#include <errno.h>

/*
 * Safe because the helper only says that it has room: which connection it is
 * given, from the service's own listeners, is decided here, and a connection
 * can neither be bound nor made to listen again.
 */
int
psd_do_accept(struct psd_call *call, const struct psd_accept_req *req,
    struct psd_accept_rep *rep)
{
	struct psd_call *kept;

	(void)req;
	(void)rep;
	if (call->policy->n_listens == 0)
		return -EINVAL;
	/* A newer policy has taken over; this helper finishes what it has. */
	if (psd_instance_is_retired(call->peer))
		return -ESHUTDOWN;
	kept = psd_call_keep(call, psd_service_forget_accept);
	if (kept == NULL)
		return -errno;
	psd_service_queue_accept(psd_instance_service(call->peer), kept);
	return PSD_LATER;
}
