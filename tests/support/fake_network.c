/* SPDX-License-Identifier: ISC */
#include "tests/support/fake_network.h"

#include "common/endpoint.h"
#include "common/fd.h"

#include <errno.h>
#include <sys/socket.h>

static int
make_socket(uint32_t protocol, const struct psd_endpoint *endpoint)
{
	const int type =
	    protocol == PSD_PROTOCOL_TCP ? SOCK_STREAM : SOCK_DGRAM;
	int fd;

	if (endpoint->family != PSD_FAMILY_INET || endpoint->address[0] != 127)
		return -EPERM;
	fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
	return fd < 0 ? -errno : fd;
}

int
fake_network_listen(const struct psd_listen_req *req,
    struct psd_listen_rep *rep)
{
	struct sockaddr_storage address;
	const socklen_t len =
	    psd_endpoint_to_sockaddr(&req->endpoint, &address);
	_cleanup_fd_ int fd = PSD_NO_FD;

	if (req->protocol != PSD_PROTOCOL_TCP)
		return -EPERM;
	fd = make_socket(req->protocol, &req->endpoint);
	if (fd < 0)
		return fd;
	if (bind(fd, (const struct sockaddr *)&address, len) < 0 ||
	    listen(fd, 8) < 0)
		return -errno;
	rep->listener = psd_fd_take(&fd);
	return 0;
}

int
fake_network_bind(const struct psd_bind_req *req, struct psd_bind_rep *rep)
{
	struct sockaddr_storage address;
	const socklen_t len =
	    psd_endpoint_to_sockaddr(&req->endpoint, &address);
	_cleanup_fd_ int fd = make_socket(req->protocol, &req->endpoint);

	if (fd < 0)
		return fd;
	if (bind(fd, (const struct sockaddr *)&address, len) < 0)
		return -errno;
	rep->socket = psd_fd_take(&fd);
	return 0;
}

int
fake_network_connect(const struct psd_connect_req *req,
    struct psd_connect_rep *rep)
{
	struct sockaddr_storage address;
	const socklen_t len =
	    psd_endpoint_to_sockaddr(&req->endpoint, &address);
	_cleanup_fd_ int fd = make_socket(req->protocol, &req->endpoint);

	if (fd < 0)
		return fd;
	if (connect(fd, (const struct sockaddr *)&address, len) < 0)
		return -errno;
	rep->connection = psd_fd_take(&fd);
	return 0;
}
