/* SPDX-License-Identifier: ISC */
#include "common/endpoint.h"
#include "common/fd.h"
#include "daemon/bound.h"
#include "daemon/call.h"
#include "daemon/interface.h"
#include "daemon/pin.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>

static int
set(int fd, int level, int option, const void *value, socklen_t len)
{
	return setsockopt(fd, level, option, value, len) < 0 ? -errno : 0;
}

/* Hears the groups that it has joined, and sends by the same interface. */
static int
join_inet(int fd, const struct psd_endpoint *group, unsigned interface)
{
	struct ip_mreqn request = { .imr_ifindex = (int)interface };
	const int off = 0;
	int r = set(fd, IPPROTO_IP, IP_MULTICAST_ALL, &off, sizeof(off));

	if (r == 0)
		r = set(fd, IPPROTO_IP, IP_MULTICAST_IF, &request,
		    sizeof(request));
	memcpy(&request.imr_multiaddr, group->address,
	    sizeof(request.imr_multiaddr));
	return r < 0
	    ? r
	    : set(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &request, sizeof(request));
}

static int
join_inet6(int fd, const struct psd_endpoint *group, unsigned interface)
{
	struct ipv6_mreq request = { .ipv6mr_interface = interface };
	const int index = (int)interface, off = 0;
	int r = set(fd, IPPROTO_IPV6, IPV6_MULTICAST_ALL, &off, sizeof(off));

	if (r == 0)
		r = set(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, &index,
		    sizeof(index));
	memcpy(&request.ipv6mr_multiaddr, group->address,
	    sizeof(request.ipv6mr_multiaddr));
	return r < 0 ? r
		     : set(fd, IPPROTO_IPV6, IPV6_ADD_MEMBERSHIP, &request,
			   sizeof(request));
}

/*
 * Makes the group's address what is bound: with the interface where that
 * belongs to it, which a request may leave to us.
 */
static int
place_group(const struct psd_endpoint *asked, unsigned interface,
    struct psd_endpoint *ret)
{
	struct psd_endpoint group = psd_endpoint_plain(asked);

	if (!psd_endpoint_is_multicast(&group) || group.port == 0 ||
	    (group.scope != 0 && group.scope != interface))
		return -EINVAL;
	group.scope = interface;
	if (!psd_endpoint_is_valid(&group))
		group.scope = 0;
	*ret = group;
	return 0;
}

/*
 * Safe because the socket is bound to the very group and port, and a filter
 * of its own lets it hear nothing else, and nothing that came by another
 * interface, whatever it joins afterwards.  Others of the host may listen to
 * the same group: all of them hear what is sent there.
 */
int
psd_do_join_multicast(struct psd_call *call,
    const struct psd_join_multicast_req *req,
    struct psd_join_multicast_rep *rep)
{
	_cleanup_fd_ int fd = PSD_NO_FD;
	struct psd_endpoint group, place;
	unsigned interface;
	int r;

	(void)call;
	r = psd_interface_find(&req->interface, &interface);
	if (r < 0)
		return r;
	r = place_group(&req->group, interface, &group);
	if (r < 0)
		return r;
	fd = psd_bound_socket(SOCK_DGRAM, &group, true, &place);
	if (fd < 0)
		return fd;
	r = psd_pin_to_self(fd, &place, interface);
	if (r == 0)
		r = group.family == PSD_FAMILY_INET
		    ? join_inet(fd, &group, interface)
		    : join_inet6(fd, &group, interface);
	if (r < 0)
		return r;
	rep->socket = psd_fd_take(&fd);
	return 0;
}
