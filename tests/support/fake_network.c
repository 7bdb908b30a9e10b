/* SPDX-License-Identifier: ISC */
#include "tests/support/fake_network.h"

#include "common/endpoint.h"
#include "common/fd.h"
#include "common/pair.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

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

static int
do_listen(const struct psd_listen_req *req, struct psd_listen_rep *rep)
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

static int
do_bind(const struct psd_bind_req *req, struct psd_bind_rep *rep)
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

static int
do_connect(const struct psd_connect_req *req, struct psd_connect_rep *rep)
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

static int
local_socket(int type, const struct psd_str *path, bool is_server)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	_cleanup_fd_ int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	if (path->len >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	memcpy(address.sun_path, path->at, path->len);
	if (!is_server)
		return connect(fd, (const struct sockaddr *)&address,
			   sizeof(address)) < 0
		    ? -errno
		    : psd_fd_take(&fd);
	if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0 ||
	    (type == SOCK_STREAM && listen(fd, 8) < 0))
		return -errno;
	return psd_fd_take(&fd);
}

/* Of one name, which is loopback's; joining is the daemon's art. */
static int
local_group(const struct psd_join_multicast_req *req)
{
	if (strcmp(req->interface.at, "lo") != 0)
		return -ENODEV;
	return make_socket(PSD_PROTOCOL_UDP,
	    &(const struct psd_endpoint){ .family = PSD_FAMILY_INET,
		.address = { 127 } });
}

/* Two batches of an entry each. */
static int
list_loopback(const struct psd_list_interfaces_req *req, struct psd_bytes *ret)
{
	static const unsigned char entries[2][30] = {
		{ 1, 0, 0, 0, 0x49, 0, 0, 0, 0, 0, 6, 2, [28] = 'l', 'o' },
		{ 1, 0, 0, 0, 0x49, 0, 0, 0, 4, 8, 4, 2, 127, 0, 0,
		    1, [28] = 'l', 'o' },
	};

	if (strcmp(req->interface.at, "all") != 0)
		return -EPERM;
	if (req->cursor < 2)
		*ret = (struct psd_bytes){ entries[req->cursor], 30 };
	return 0;
}

static int
local_link(const struct psd_str *link)
{
	if (strcmp(link->at, "lo:0x88b5") != 0)
		return -ENODEV;
	return make_socket(PSD_PROTOCOL_UDP,
	    &(const struct psd_endpoint){ .family = PSD_FAMILY_INET,
		.address = { 127 } });
}

static int
give(int r, int *ret)
{
	if (r < 0)
		return r;
	*ret = r;
	return 0;
}

int
fake_network_perform(const struct psd_op_row *row, const union psd_any_req *req,
    union psd_any_rep *rep)
{
	switch ((int)row->op) {
	case PSD_OP_listen:
		return do_listen(&req->as_listen, &rep->as_listen);
	case PSD_OP_bind:
		return do_bind(&req->as_bind, &rep->as_bind);
	case PSD_OP_connect:
		return do_connect(&req->as_connect, &rep->as_connect);
	case PSD_OP_icmp_socket:
		return give(make_socket(PSD_PROTOCOL_UDP,
				&req->as_icmp_socket.endpoint),
		    &rep->as_icmp_socket.socket);
	case PSD_OP_packet_socket:
		return give(local_link(&req->as_packet_socket.link),
		    &rep->as_packet_socket.socket);
	case PSD_OP_send_frame:
		return req->as_send_frame.destination == 0x0180c200000e &&
			req->as_send_frame.payload.len == 5
		    ? 0
		    : -EINVAL;
	case PSD_OP_list_interfaces:
		rep->as_list_interfaces.cursor =
		    req->as_list_interfaces.cursor + 1;
		return list_loopback(&req->as_list_interfaces,
		    &rep->as_list_interfaces.entries);
	case PSD_OP_join_multicast:
		return give(local_group(&req->as_join_multicast),
		    &rep->as_join_multicast.socket);
	case PSD_OP_connect_unix:
		return give(local_socket(SOCK_STREAM,
				&req->as_connect_unix.path, false),
		    &rep->as_connect_unix.connection);
	case PSD_OP_listen_unix:
		return give(local_socket(SOCK_STREAM, &req->as_listen_unix.path,
				true),
		    &rep->as_listen_unix.listener);
	case PSD_OP_bind_unix:
		return give(local_socket(SOCK_DGRAM, &req->as_bind_unix.path,
				true),
		    &rep->as_bind_unix.socket);
	default:
		return -EOPNOTSUPP;
	}
}

int
fake_network_clone(struct psd_clone_rep *rep)
{
	int ends[2];
	const int r = psd_pair(SOCK_SEQPACKET, ends);

	if (r < 0)
		return r;
	psd_fd_close(ends[1]);
	rep->conversation = ends[0];
	return 0;
}
