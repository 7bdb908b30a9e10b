/* SPDX-License-Identifier: ISC */
#include "common/fd.h"
#include "daemon/bound.h"
#include "daemon/call.h"
#include "daemon/pin.h"

#include <errno.h>
#include <sys/socket.h>

/*
 * Safe because address and port were granted, nobody else's port is shared,
 * and a filter of its own lets the socket hear nothing else, wherever else a
 * helper without its filter might bind it.  Whom it sends to is for the
 * system call filter to say, see @datagrams.
 */
int
psd_do_bind(struct psd_call *call, const struct psd_bind_req *req,
    struct psd_bind_rep *rep)
{
	_cleanup_fd_ int fd = PSD_NO_FD;
	struct psd_endpoint place;
	int r;

	(void)call;
	if (req->protocol != PSD_PROTOCOL_UDP)
		return -EPROTONOSUPPORT;
	fd = psd_bound_socket(SOCK_DGRAM, &req->endpoint, false, &place);
	if (fd < 0)
		return fd;
	r = psd_pin_to_self(fd, &place, 0);
	if (r < 0)
		return r;
	rep->socket = psd_fd_take(&fd);
	return 0;
}
