/* SPDX-License-Identifier: ISC */
#include "daemon/connect.h"

#include "common/endpoint.h"
#include "common/fd.h"
#include "daemon/loop.h"
#include "daemon/pin.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <time.h>

struct psd_connect {
	int fd;
	sd_event_source *io_source;
	sd_event_source *deadline_source;
	psd_connect_done *done;
	void *cookie;
};

void
psd_connect_cancel(struct psd_connect *connect)
{
	if (connect == NULL)
		return;
	sd_event_source_disable_unref(connect->io_source);
	sd_event_source_disable_unref(connect->deadline_source);
	psd_fd_cleanup(&connect->fd);
	free(connect);
}

/* Gone before it is told: whoever is told may free what it belongs to. */
static void
finish(struct psd_connect *connect, int fd)
{
	psd_connect_done *done = connect->done;
	void *cookie = connect->cookie;

	psd_connect_cancel(connect);
	done(cookie, fd);
}

/* What sockets are handed out as; O_NONBLOCK is the daemon's own need. */
static int
make_blocking(int fd)
{
	return fcntl(fd, F_SETFL, 0) < 0 ? -errno : 0;
}

static int
on_event(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	struct psd_connect *connect = userdata;
	int error = 0, r;
	socklen_t len = sizeof(error);

	(void)source;
	(void)events;
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) < 0)
		error = errno;
	r = error != 0 ? -error : make_blocking(fd);
	finish(connect, r < 0 ? r : psd_fd_take(&connect->fd));
	return 0;
}

static int
on_deadline(sd_event_source *source, uint64_t usec, void *userdata)
{
	(void)source;
	(void)usec;
	finish(userdata, -ETIMEDOUT);
	return 0;
}

/* Takes fd over. */
static struct psd_connect *
wait_for(sd_event *event, int fd, uint64_t usec)
{
	struct psd_connect *connect = calloc(1, sizeof(*connect));
	int r;

	if (connect == NULL) {
		psd_fd_close(fd);
		return NULL;
	}
	connect->fd = fd;
	r = sd_event_add_io(event, &connect->io_source, fd, EPOLLOUT, on_event,
	    connect);
	if (r >= 0)
		r = sd_event_add_time_relative(event, &connect->deadline_source,
		    CLOCK_MONOTONIC, usec, psd_loop_slack(usec), on_deadline,
		    connect);
	if (r < 0) {
		psd_connect_cancel(connect);
		return NULL;
	}
	return connect;
}

/* The kernel takes either for the host itself, which was not checked. */
static bool
is_nowhere(const struct psd_endpoint *endpoint)
{
	return endpoint->port == 0 || psd_endpoint_is_unspecified(endpoint);
}

static int
make_socket(uint32_t protocol, const struct psd_endpoint *endpoint)
{
	const int family =
	    endpoint->family == PSD_FAMILY_INET ? AF_INET : AF_INET6;
	_cleanup_fd_ int fd = PSD_NO_FD;
	int type, r;

	if (protocol == PSD_PROTOCOL_TCP)
		type = SOCK_STREAM;
	else if (protocol == PSD_PROTOCOL_UDP)
		type = SOCK_DGRAM;
	else
		return -EPROTONOSUPPORT;
	if (is_nowhere(endpoint))
		return -EADDRNOTAVAIL;
	fd = socket(family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	r = psd_pin_to_peer(fd, protocol, endpoint);
	return r < 0 ? r : psd_fd_take(&fd);
}

int
psd_connect_begin(sd_event *event, uint32_t protocol,
    const struct psd_endpoint *endpoint, uint64_t usec, psd_connect_done *done,
    void *cookie, struct psd_connect **ret)
{
	const struct psd_endpoint plain = psd_endpoint_plain(endpoint);
	struct sockaddr_storage address;
	const socklen_t len = psd_endpoint_to_sockaddr(&plain, &address);
	struct psd_connect *waiting;
	_cleanup_fd_ int fd = PSD_NO_FD;
	int r;

	fd = make_socket(protocol, &plain);
	if (fd < 0)
		return fd;
	if (connect(fd, (const struct sockaddr *)&address, len) == 0) {
		r = make_blocking(fd);
		return r < 0 ? r : psd_fd_take(&fd);
	}
	if (errno != EINPROGRESS)
		return -errno;
	waiting = wait_for(event, psd_fd_take(&fd), usec);
	if (waiting == NULL)
		return -ENOMEM;
	waiting->done = done;
	waiting->cookie = cookie;
	*ret = waiting;
	return -EINPROGRESS;
}
