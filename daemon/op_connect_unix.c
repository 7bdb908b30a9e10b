/* SPDX-License-Identifier: ISC */
#include "common/fd.h"
#include "daemon/beneath.h"
#include "daemon/call.h"
#include "daemon/errand.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

/* A connection that a child is making. */
struct connecting {
	struct psd_errand *errand;
	int fd;
};

static void
forget(struct psd_call *call)
{
	struct connecting *connecting = call->state;

	if (connecting == NULL)
		return;
	psd_errand_cancel(connecting->errand);
	psd_fd_cleanup(&connecting->fd);
	free(connecting);
}

static void
finish(void *cookie, int status)
{
	struct psd_call *call = cookie;
	struct connecting *connecting = call->state;
	struct psd_connect_unix_rep rep = { .connection = PSD_NO_FD };

	connecting->errand = NULL;
	if (status == 0)
		rep.connection = psd_fd_take(&connecting->fd);
	psd_call_finish(call, status, &rep);
	psd_fd_cleanup(&rep.connection);
}

/* The socket's file, found but not touched. */
static int
find(const struct psd_call *call, const struct psd_str *path)
{
	_cleanup_fd_ int place = PSD_NO_FD;
	struct stat status;

	place = psd_beneath_find(call, path, 0, &status);
	if (place < 0)
		return place;
	return S_ISSOCK(status.st_mode) ? psd_fd_take(&place) : -ENOTSOCK;
}

/* Takes fd over. */
static int
send_child(struct psd_call *call, int fd, int place)
{
	struct connecting *connecting = malloc(sizeof(*connecting));
	const struct psd_errand_task task = {
		.kind = PSD_ERRAND_CONNECT,
		.fd = fd,
		.place = place,
	};
	int r;

	if (connecting == NULL) {
		psd_fd_close(fd);
		return -ENOMEM;
	}
	*connecting = (struct connecting){ .fd = fd };
	r = psd_errand_begin(call->peer, &task, psd_call_patience(call), finish,
	    call, &connecting->errand);
	call->state = connecting;
	return r;
}

/*
 * Safe because the socket was found beneath the grant's directory, and what
 * was found is connected to, whatever its name is by then.  A child connects,
 * with the helper's ids: the server, which may trust some users more than
 * others, is told of the helper's, and of a process that is no daemon.
 */
int
psd_do_connect_unix(struct psd_call *call,
    const struct psd_connect_unix_req *req, struct psd_connect_unix_rep *rep)
{
	_cleanup_fd_ int place = find(call, &req->path);
	_cleanup_fd_ int fd = PSD_NO_FD;
	struct psd_call *kept;
	int r;

	(void)rep;
	if (place < 0)
		return place;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	kept = psd_call_keep(call, forget);
	if (kept == NULL)
		return -errno;
	r = send_child(kept, psd_fd_take(&fd), place);
	if (r == 0)
		return PSD_LATER;
	psd_call_drop(kept);
	return r;
}
