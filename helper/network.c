/* SPDX-License-Identifier: ISC */
#include "common/endpoint.h"
#include "helper/exchange.h"
#include "helper/stub.h"

int
privsep_listen(struct privsep *conversation, const struct sockaddr *address,
    socklen_t len)
{
	struct psd_listen_req req = { .protocol = PSD_PROTOCOL_TCP };
	struct psd_listen_rep rep;
	int r;

	r = psd_endpoint_from_sockaddr(address, len, &req.endpoint);
	if (r < 0)
		return r;
	psd_exchange_lock(conversation);
	r = psd_call_listen(conversation, &req, &rep);
	psd_exchange_unlock(conversation);
	return r < 0 ? r : rep.listener;
}
