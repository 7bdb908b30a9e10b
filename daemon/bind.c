/* SPDX-License-Identifier: ISC */
#include "daemon/bind.h"

#include "common/fd.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { BACKLOG = 4096 };

/*
 * A socket file that a killed daemon left behind answers nobody; one that
 * still answers is somebody's, and bind() says so.
 */
static void
remove_stale(const struct psd_listen *want)
{
	const struct sockaddr_un *sun =
	    (const struct sockaddr_un *)(const void *)&want->address;
	_cleanup_fd_ int fd = PSD_NO_FD;

	if (sun->sun_family != AF_UNIX || sun->sun_path[0] == '\0')
		return;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return;
	if (connect(fd, (const struct sockaddr *)sun, want->len) < 0 &&
	    errno == ECONNREFUSED)
		(void)unlink(sun->sun_path);
}

/*
 * Our umask lets nobody in; whoever reaches the directory may connect, as
 * systemd's SocketMode= has it.  Before listen(), so that no client is
 * refused by a mode that is about to change.
 */
static int
open_to_all(const struct psd_listen *want)
{
	const struct sockaddr_un *sun =
	    (const struct sockaddr_un *)(const void *)&want->address;

	if (sun->sun_family != AF_UNIX || sun->sun_path[0] == '\0')
		return 0;
	return chmod(sun->sun_path, 0666);
}

int
psd_bind_listener(const struct psd_listen *want)
{
	const int on = 1;
	const int v6_only = !want->is_dual;
	_cleanup_fd_ int fd = PSD_NO_FD;

	fd = socket(want->address.ss_family,
	    SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	if (want->address.ss_family != AF_UNIX &&
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0)
		return -errno;
	/* [::]:80 is IPv6 only, so that 0.0.0.0:80 can stand beside it. */
	if (want->address.ss_family == AF_INET6 &&
	    setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &v6_only,
		sizeof(v6_only)) < 0)
		return -errno;
	remove_stale(want);
	if (bind(fd, (const struct sockaddr *)&want->address, want->len) < 0)
		return -errno;
	if (open_to_all(want) < 0)
		return -errno;
	if (listen(fd, BACKLOG) < 0)
		return -errno;
	return psd_fd_take(&fd);
}
