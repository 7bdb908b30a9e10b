/* SPDX-License-Identifier: ISC */
#include "common/fd.h"
#include "daemon/call.h"
#include "daemon/interface.h"
#include "daemon/pin.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <sys/socket.h>

/* Groups too: the interface itself leaves them out otherwise. */
static int
bind_to(int fd, const struct psd_link *link)
{
	const struct packet_mreq groups = {
		.mr_ifindex = (int)link->interface,
		.mr_type = PACKET_MR_ALLMULTI,
	};
	const struct sockaddr_ll address = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(link->ethertype),
		.sll_ifindex = (int)link->interface,
	};

	if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0 ||
	    setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &groups,
		sizeof(groups)) < 0)
		return -errno;
	return 0;
}

/*
 * Safe because a filter of its own, which was there before the socket heard
 * anything, lets it hear one ethertype on one interface, wherever else a helper
 * without its filter binds it.
 *
 * It is of SOCK_DGRAM, so that it cannot send: SOCK_RAW would send what a helper
 * writes, with any ethertype and sender, by write(2) alone, while this one wants
 * an address with each frame, which no group but @datagrams lets it give.
 * Frames are sent by send_frame.
 */
int
psd_do_packet_socket(struct psd_call *call,
    const struct psd_packet_socket_req *req, struct psd_packet_socket_rep *rep)
{
	_cleanup_fd_ int fd = PSD_NO_FD;
	struct psd_link link;
	int r;

	(void)call;
	r = psd_interface_link(&req->link, &link);
	if (r < 0)
		return r;
	/* Of no ethertype, it hears nothing yet. */
	fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	r = psd_pin_to_link(fd, link.interface, link.ethertype);
	if (r == 0)
		r = bind_to(fd, &link);
	if (r < 0)
		return r;
	rep->socket = psd_fd_take(&fd);
	return 0;
}
