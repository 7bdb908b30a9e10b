/* SPDX-License-Identifier: ISC */
#include "common/fd.h"
#include "daemon/call.h"
#include "daemon/interface.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <string.h>
#include <sys/socket.h>

enum { BYTE = 8 };

/* Kept, since the kernel makes who closes one wait; it hears nothing. */
static int sender = PSD_NO_FD;

static int
open_sender(void)
{
	if (sender < 0)
		sender = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	return sender < 0 ? -errno : 0;
}

/*
 * Safe because interface and ethertype were granted, and the kernel writes
 * both and the sender's address into the frame; what follows is the helper's.
 */
int
psd_do_send_frame(struct psd_call *call, const struct psd_send_frame_req *req,
    struct psd_send_frame_rep *rep)
{
	struct sockaddr_ll address = {
		.sll_family = AF_PACKET,
		.sll_halen = ETH_ALEN,
	};
	struct psd_link link;
	int r;

	(void)call;
	(void)rep;
	if (req->destination >> (ETH_ALEN * BYTE) != 0)
		return -EINVAL;
	r = psd_interface_link(&req->link, &link);
	if (r == 0)
		r = open_sender();
	if (r < 0)
		return r;
	address.sll_protocol = htons(link.ethertype);
	address.sll_ifindex = (int)link.interface;
	for (unsigned i = 0; i < ETH_ALEN; i++)
		address.sll_addr[i] = (unsigned char)(req->destination >>
		    (ETH_ALEN - 1 - i) * BYTE);
	if (sendto(sender, req->payload.at, req->payload.len, MSG_DONTWAIT,
		(const struct sockaddr *)&address, sizeof(address)) < 0)
		return -errno;
	return 0;
}
