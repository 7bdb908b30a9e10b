/* SPDX-License-Identifier: ISC */
#include "common/endpoint.h"
#include "common/fd.h"
#include "daemon/call.h"
#include "daemon/pin.h"

#include <errno.h>
#include <netinet/in.h>

/* An identifier is where others have a port; 0 is any that is free. */
static int
take_identifier(int fd, const struct psd_endpoint *peer)
{
	const struct psd_endpoint own = {
		.family = peer->family,
		.port = peer->port,
	};
	struct sockaddr_storage address;
	const socklen_t len = psd_endpoint_to_sockaddr(&own, &address);

	if (bind(fd, (const struct sockaddr *)&address, len) < 0)
		return -errno;
	return 0;
}

/*
 * Safe because a socket of this kind sends requests for an echo and nothing
 * else, which the kernel sees to; it is connected to the address that was
 * checked, and a filter of its own lets it hear that one's answers alone.
 * A raw socket would be none of this: with IP_HDRINCL it sends any packet.
 */
int
psd_do_icmp_socket(struct psd_call *call, const struct psd_icmp_socket_req *req,
    struct psd_icmp_socket_rep *rep)
{
	struct psd_endpoint peer = psd_endpoint_plain(&req->endpoint);
	const bool is_inet = peer.family == PSD_FAMILY_INET;
	_cleanup_fd_ int fd = PSD_NO_FD;
	struct sockaddr_storage address;
	socklen_t len;
	int r;

	(void)call;
	if (psd_endpoint_is_unspecified(&peer))
		return -EADDRNOTAVAIL;
	fd = socket(is_inet ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC,
	    is_inet ? IPPROTO_ICMP : IPPROTO_ICMPV6);
	if (fd < 0)
		return -errno;
	r = psd_pin_to_echo(fd, &peer);
	if (r == 0)
		r = take_identifier(fd, &peer);
	if (r < 0)
		return r;
	peer.port = 0;
	len = psd_endpoint_to_sockaddr(&peer, &address);
	if (connect(fd, (const struct sockaddr *)&address, len) < 0)
		return -errno;
	rep->socket = psd_fd_take(&fd);
	return 0;
}
