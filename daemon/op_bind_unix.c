/* SPDX-License-Identifier: ISC */
#include "common/fd.h"
#include "daemon/local.h"

#include <sys/socket.h>

static void
reply(struct psd_call *call, int fd)
{
	struct psd_bind_unix_rep rep = { .socket = fd };

	psd_call_finish(call, fd < 0 ? fd : 0, &rep);
	psd_fd_cleanup(&rep.socket);
}

/*
 * Safe because the path lies beneath the grant's directory, and the socket is
 * bound by a name that nobody else can have made (daemon/local.c).
 */
int
psd_do_bind_unix(struct psd_call *call, const struct psd_bind_unix_req *req,
    struct psd_bind_unix_rep *rep)
{
	(void)rep;
	return psd_local_bind(call, SOCK_DGRAM, &req->path, req->mode, reply);
}
