/* SPDX-License-Identifier: ISC */
#include "common/codec.h"
#include "common/endpoint.h"
#include "helper/exchange.h"
#include "helper/stub.h"

#include <errno.h>

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

int
privsep_packet_socket(struct privsep *conversation, const char *link)
{
	struct psd_packet_socket_req req = { .link = psd_str_of(link) };
	struct psd_packet_socket_rep rep;
	int r;

	psd_exchange_lock(conversation);
	r = psd_call_packet_socket(conversation, &req, &rep);
	psd_exchange_unlock(conversation);
	return r < 0 ? r : rep.socket;
}

int
privsep_send_frame(struct privsep *conversation, const char *link,
    const unsigned char destination[6], const void *payload, size_t len)
{
	struct psd_send_frame_req req = { .link = psd_str_of(link) };
	struct psd_send_frame_rep rep;
	int r;

	if (len > PSD_BYTES_MAX)
		return -EMSGSIZE;
	for (int i = 0; i < 6; i++)
		req.destination = req.destination << 8 | destination[i];
	req.payload.at = payload;
	req.payload.len = (uint32_t)len;
	psd_exchange_lock(conversation);
	r = psd_call_send_frame(conversation, &req, &rep);
	psd_exchange_unlock(conversation);
	return r;
}
