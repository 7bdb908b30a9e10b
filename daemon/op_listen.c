/* SPDX-License-Identifier: ISC */
#include "common/endpoint.h"
#include "common/fd.h"
#include "daemon/call.h"
#include "daemon/pin.h"

#include <errno.h>
#include <netinet/in.h>

enum { BACKLOG = 4096 };

/*
 * An address of IPv6 is for IPv6 alone, as it was judged; SO_REUSEADDR lets
 * a server start again while old connections linger, and lets nobody listen
 * where somebody listens.
 */
static int
set_options(int fd, int family)
{
	const int on = 1;

	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0)
		return -errno;
	if (family == AF_INET6 &&
	    setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) < 0)
		return -errno;
	return 0;
}

/*
 * Safe because address and port were granted, and the socket can be bound to
 * nothing else; a filter of its own keeps it from ever connecting.
 */
int
psd_do_listen(struct psd_call *call, const struct psd_listen_req *req,
    struct psd_listen_rep *rep)
{
	const struct psd_endpoint plain = psd_endpoint_plain(&req->endpoint);
	struct sockaddr_storage address;
	const socklen_t len = psd_endpoint_to_sockaddr(&plain, &address);
	_cleanup_fd_ int fd = PSD_NO_FD;
	int r;

	(void)call;
	if (req->protocol != PSD_PROTOCOL_TCP)
		return -EPROTONOSUPPORT;
	fd = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	r = set_options(fd, address.ss_family);
	if (r < 0)
		return r;
	if (bind(fd, (const struct sockaddr *)&address, len) < 0)
		return -errno;
	/*
	 * shutdown(2) turns a listener into a socket that sendto(2) with
	 * MSG_FASTOPEN connects to any address, past the policy.  Who listens,
	 * and the connections that come of it, never hear what is dropped.
	 */
	r = psd_pin_listener(fd);
	if (r < 0)
		return r;
	if (listen(fd, BACKLOG) < 0)
		return -errno;
	rep->listener = psd_fd_take(&fd);
	return 0;
}
