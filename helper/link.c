/* SPDX-License-Identifier: ISC */
#include "common/codec.h"
#include "common/endpoint.h"
#include "helper/exchange.h"
#include "helper/stub.h"

int
privsep_join_multicast(struct privsep *conversation, const char *interface,
    const struct sockaddr *group, socklen_t len)
{
	struct psd_join_multicast_req req = {
		.interface = psd_str_of(interface),
	};
	struct psd_join_multicast_rep rep;
	int r;

	r = psd_endpoint_from_sockaddr(group, len, &req.group);
	if (r < 0)
		return r;
	psd_exchange_lock(conversation);
	r = psd_call_join_multicast(conversation, &req, &rep);
	psd_exchange_unlock(conversation);
	return r < 0 ? r : rep.socket;
}
