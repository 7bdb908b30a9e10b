/* SPDX-License-Identifier: ISC */
#include "daemon/bound.h"

#include "common/endpoint.h"
#include "common/fd.h"

#include <errno.h>
#include <netinet/in.h>

static int
set_options(int fd, int family, bool may_share)
{
	const int on = 1;

	if (may_share &&
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0)
		return -errno;
	if (family == AF_INET6 &&
	    setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) < 0)
		return -errno;
	return 0;
}

static int
tell_place(int fd, struct psd_endpoint *ret)
{
	struct sockaddr_storage address;
	socklen_t len = sizeof(address);

	if (getsockname(fd, (struct sockaddr *)&address, &len) < 0)
		return -errno;
	return psd_endpoint_from_sockaddr((const struct sockaddr *)&address,
	    len, ret);
}

int
psd_bound_socket(int type, const struct psd_endpoint *endpoint, bool may_share,
    struct psd_endpoint *ret_place)
{
	const struct psd_endpoint plain = psd_endpoint_plain(endpoint);
	struct sockaddr_storage address;
	const socklen_t len = psd_endpoint_to_sockaddr(&plain, &address);
	_cleanup_fd_ int fd = PSD_NO_FD;
	int r;

	fd = socket(address.ss_family, type | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	r = set_options(fd, address.ss_family, may_share);
	if (r < 0)
		return r;
	if (bind(fd, (const struct sockaddr *)&address, len) < 0)
		return -errno;
	r = tell_place(fd, ret_place);
	return r < 0 ? r : psd_fd_take(&fd);
}
