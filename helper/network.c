/* SPDX-License-Identifier: ISC */
#include "common/codec.h"
#include "common/endpoint.h"
#include "helper/exchange.h"
#include "helper/stub.h"

#include <errno.h>
#include <stdio.h>

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

int
privsep_connect_name(struct privsep *conversation, int type, const char *host,
    uint16_t port)
{
	char site[PSD_SITE_MAX + 1];
	struct psd_connect_name_req req = { .protocol = PSD_PROTOCOL_TCP };
	struct psd_connect_name_rep rep;
	int r;

	if (type == SOCK_DGRAM)
		req.protocol = PSD_PROTOCOL_UDP;
	else if (type != SOCK_STREAM)
		return -EPROTONOSUPPORT;
	r = snprintf(site, sizeof(site), "%s:%u", host, (unsigned)port);
	if (r < 0 || (size_t)r >= sizeof(site))
		return -ENAMETOOLONG;
	req.site = psd_str_of(site);
	psd_exchange_lock(conversation);
	r = psd_call_connect_name(conversation, &req, &rep);
	psd_exchange_unlock(conversation);
	return r < 0 ? r : rep.connection;
}

int
privsep_connect_address(struct privsep *conversation, int type,
    const struct sockaddr *address, socklen_t len)
{
	struct psd_connect_req req = { .protocol = PSD_PROTOCOL_TCP };
	struct psd_connect_rep rep;
	int r;

	if (type == SOCK_DGRAM)
		req.protocol = PSD_PROTOCOL_UDP;
	else if (type != SOCK_STREAM)
		return -EPROTONOSUPPORT;
	r = psd_endpoint_from_sockaddr(address, len, &req.endpoint);
	if (r < 0)
		return r;
	psd_exchange_lock(conversation);
	r = psd_call_connect(conversation, &req, &rep);
	psd_exchange_unlock(conversation);
	return r < 0 ? r : rep.connection;
}

int
privsep_bind(struct privsep *conversation, const struct sockaddr *address,
    socklen_t len)
{
	struct psd_bind_req req = { .protocol = PSD_PROTOCOL_UDP };
	struct psd_bind_rep rep;
	int r;

	r = psd_endpoint_from_sockaddr(address, len, &req.endpoint);
	if (r < 0)
		return r;
	psd_exchange_lock(conversation);
	r = psd_call_bind(conversation, &req, &rep);
	psd_exchange_unlock(conversation);
	return r < 0 ? r : rep.socket;
}

int
privsep_icmp_socket(struct privsep *conversation,
    const struct sockaddr *address, socklen_t len)
{
	struct psd_icmp_socket_req req = { .end = 0 };
	struct psd_icmp_socket_rep rep;
	int r;

	r = psd_endpoint_from_sockaddr(address, len, &req.endpoint);
	if (r < 0)
		return r;
	psd_exchange_lock(conversation);
	r = psd_call_icmp_socket(conversation, &req, &rep);
	psd_exchange_unlock(conversation);
	return r < 0 ? r : rep.socket;
}
