/* SPDX-License-Identifier: ISC */
#include "common/fd.h"
#include "daemon/bound.h"
#include "daemon/call.h"
#include "daemon/pin.h"

#include <errno.h>
#include <sys/socket.h>

enum { BACKLOG = 4096 };

/*
 * Safe because address and port were granted, and a filter of its own lets
 * the socket hear nothing else and keeps it from ever connecting.
 *
 * SO_REUSEADDR lets a server start again while old connections linger, and
 * lets nobody listen where somebody listens.
 */
int
psd_do_listen(struct psd_call *call, const struct psd_listen_req *req,
    struct psd_listen_rep *rep)
{
	_cleanup_fd_ int fd = PSD_NO_FD;
	struct psd_endpoint place;
	int r;

	(void)call;
	if (req->protocol != PSD_PROTOCOL_TCP)
		return -EPROTONOSUPPORT;
	fd = psd_bound_socket(SOCK_STREAM, &req->endpoint, true, &place);
	if (fd < 0)
		return fd;
	/*
	 * shutdown(2) turns a listener into a socket that sendto(2) with
	 * MSG_FASTOPEN connects to any address, past the policy.  Who listens,
	 * and the connections that come of it, never hear what is dropped.
	 */
	r = psd_pin_listener(fd, &place);
	if (r < 0)
		return r;
	if (listen(fd, BACKLOG) < 0)
		return -errno;
	rep->listener = psd_fd_take(&fd);
	return 0;
}
